package lockstep.benchmarks.guest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import lockstep.benchmarks.cluster.GuestShell;
import lockstep.benchmarks.machine.CrossCompiler;
import lockstep.tools.image.Directories;

/** The program that does the operations, built by the host's cross compiler. */
final class GuestProgram {
  private static final List<String> OPTIONS = List.of("-O2", "-static", "-s", "-Wall");
  private static final String SOURCE = "operations.c";
  private static final String PROGRAM = "operations";
  private static final String IN_GUEST = "/tmp/operations";
  private static final double NANOS_PER_SECOND = 1e9;

  private GuestProgram() {}

  /**
   * Builds it in a directory of its own.
   *
   * @return the ELF file's content
   * @throws IOException if there is no compiler, or it refuses
   */
  static byte[] build() throws IOException, InterruptedException {
    Path directory = Files.createTempDirectory("lockstep-guest");
    try {
      CrossCompiler.unpack("/lockstep/benchmarks/guest/", SOURCE, directory);
      List<String> arguments = new ArrayList<>(OPTIONS);
      arguments.addAll(List.of(SOURCE, "-o", PROGRAM));
      CrossCompiler.compile(directory, SOURCE, arguments);
      return Files.readAllBytes(directory.resolve(PROGRAM));
    } finally {
      Directories.deleteTree(directory);
    }
  }

  /** Brings the program into a guest. */
  static void install(GuestShell shell, byte[] program) throws IOException {
    shell.put(program, IN_GUEST);
  }

  /** Does an operation as often as it says; returns how long the guest took. */
  static double seconds(GuestShell shell, Operation operation) throws IOException {
    return shell.time(IN_GUEST + " " + operation.argument + " " + operation.count)
        / NANOS_PER_SECOND;
  }
}
