package lockstep.benchmarks.machine;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import lockstep.vmm.compiler.CompilerMode;
import lockstep.vmm.compiler.GuestCompiler;

/**
 * What counting steps costs: the rounds of a kernel by code that counts, and by code that does not.
 *
 * <p>The latter enters a loop and stays, so that the JVM has to replace it amid the loop by what it
 * has compiled better. A VMM's JVM is told not to; this is a process of its own, which may. What
 * counts is measured under the same conditions.
 */
final class Uncounted {
  private static final String MAY_REPLACE = "-XX:+UseOnStackReplacement";

  /** Seconds of a round of each. */
  record Seconds(double counted, double uncounted) {}

  private Uncounted() {}

  /** Prints both, in seconds; the argument is the kernel's file. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    byte[] elf = Files.readAllBytes(Path.of(arguments[0]));
    System.out.println(Rounds.run(elf, GuestCompiler.of(CompilerMode.ON)).steadySeconds());
    System.out.println(Rounds.run(elf, GuestCompiler.uncounted()).steadySeconds());
  }

  static Seconds measure(Path elf) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(List.of(MAY_REPLACE, "-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(Uncounted.class.getName(), elf.toString()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException("the measurement without counting failed: " + said);
    }
    List<String> lines = said.lines().toList();
    return new Seconds(Double.parseDouble(lines.get(0)), Double.parseDouble(lines.get(1)));
  }
}
