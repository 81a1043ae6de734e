package lockstep.benchmarks.guest;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import lockstep.benchmarks.cluster.GuestShell;

/** The program that does the operations, built by the host's cross compiler. */
final class GuestProgram {
  private static final String COMPILER = "riscv64-linux-gnu-gcc";
  private static final List<String> OPTIONS = List.of("-O2", "-static", "-s", "-Wall");
  private static final String SOURCE = "operations.c";
  private static final String IN_GUEST = "/tmp/operations";

  private GuestProgram() {}

  /**
   * Builds it in a directory of its own.
   *
   * @return the ELF file's content
   * @throws IOException if there is no compiler, or it refuses
   */
  static byte[] build() throws IOException, InterruptedException {
    Path directory = Files.createTempDirectory("lockstep-guest");
    Path source = directory.resolve(SOURCE);
    Path program = directory.resolve("operations");
    try (InputStream content =
        GuestProgram.class.getResourceAsStream("/lockstep/benchmarks/guest/" + SOURCE)) {
      if (content == null) {
        throw new FileNotFoundException("resource " + SOURCE);
      }
      Files.copy(content, source);
    }
    ProcessBuilder compiler = new ProcessBuilder(COMPILER);
    compiler.command().addAll(OPTIONS);
    compiler.command().addAll(List.of(source.toString(), "-o", program.toString()));
    Process process = compiler.redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(COMPILER + " refuses " + SOURCE + ":\n" + said);
    }
    byte[] content = Files.readAllBytes(program);
    Files.delete(source);
    Files.delete(program);
    Files.delete(directory);
    return content;
  }

  /** Brings the program into a guest. */
  static void install(GuestShell shell, byte[] program) throws IOException {
    shell.put(program, IN_GUEST);
  }

  /** Does an operation as often as it says; returns how long the guest took, in nanoseconds. */
  static long run(GuestShell shell, Operation operation) throws IOException {
    return shell.time(IN_GUEST + " " + operation.argument + " " + operation.count);
  }
}
