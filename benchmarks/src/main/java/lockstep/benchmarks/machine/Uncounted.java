package lockstep.benchmarks.machine;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import lockstep.vmm.compiler.GuestCompiler;

/**
 * The rounds of a kernel by code that does not count its steps.
 *
 * <p>Such code enters a loop and stays, so that the JVM may have to replace it amid the loop by
 * what it has compiled better. A VMM's JVM is told not to; which of the two serves a kernel better
 * is found by trying both, the other one in a process of its own.
 */
final class Uncounted {
  private static final String MAY_REPLACE = "-XX:+UseOnStackReplacement";

  private Uncounted() {}

  /** Prints the seconds of a round; the argument is the kernel's file. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    System.out.println(run(Path.of(arguments[0])));
  }

  private static double run(Path elf) throws IOException, InterruptedException {
    return Rounds.run(Files.readAllBytes(elf), GuestCompiler.uncounted()).steadySeconds();
  }

  /** Seconds of a round. */
  static double measure(Path elf) throws IOException, InterruptedException {
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
    return Math.min(run(elf), Double.parseDouble(said.strip()));
  }
}
