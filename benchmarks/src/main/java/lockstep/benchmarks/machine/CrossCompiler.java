package lockstep.benchmarks.machine;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import lockstep.benchmarks.HostTool;

/**
 * The cross compiler of the host, and how it builds the kernels: Debian's gcc-riscv64-linux-gnu.
 */
public final class CrossCompiler {
  private static final String COMMAND = "riscv64-linux-gnu-gcc";
  private static final List<String> OPTIONS =
      List.of(
          "-march=rv64gc",
          "-mabi=lp64d",
          "-mcmodel=medany",
          "-O2",
          "-fno-math-errno",
          "-ffreestanding",
          "-fno-pic",
          "-nostdlib",
          "-static",
          "-Wall",
          "-Wl,--build-id=none");

  private static final String START = "start.S";
  private static final String LAYOUT = "link.ld";
  private static final String HEADER = "kernel.h";

  private final Path directory;

  /** Builds in {@code directory}, which has to exist. */
  CrossCompiler(Path directory) {
    this.directory = directory;
  }

  static boolean isInstalled() throws InterruptedException {
    return HostTool.isInstalled(COMMAND);
  }

  /**
   * Builds one kernel.
   *
   * @param rounds how often it does its work
   * @return the ELF file
   * @throws IOException if the compiler refuses, with what it said
   */
  Path build(Kernel kernel, int rounds) throws IOException, InterruptedException {
    String source = kernel.fileName() + ".c";
    for (String resource : List.of(START, LAYOUT, HEADER, source)) {
      unpack("/lockstep/benchmarks/kernels/", resource, directory);
    }
    Path elf = directory.resolve(kernel.fileName() + rounds + ".elf");
    List<String> arguments = new ArrayList<>(OPTIONS);
    arguments.add("-DREPEATS=" + rounds);
    arguments.addAll(List.of("-T", LAYOUT, START, source, "-o", elf.toString()));
    compile(directory, source, arguments);
    return elf;
  }

  /**
   * Runs the compiler in {@code directory}.
   *
   * @param source for the message
   * @throws IOException if it refuses, with what it said
   */
  public static void compile(Path directory, String source, List<String> arguments)
      throws IOException, InterruptedException {
    ProcessBuilder compiler = new ProcessBuilder(COMMAND);
    compiler.command().addAll(arguments);
    Process process = compiler.directory(directory.toFile()).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(COMMAND + " refuses " + source + ":\n" + said);
    }
  }

  /** Writes a resource of {@code folder} into {@code directory}. */
  public static void unpack(String folder, String resource, Path directory) throws IOException {
    try (InputStream content = CrossCompiler.class.getResourceAsStream(folder + resource)) {
      if (content == null) {
        throw new FileNotFoundException("resource " + resource);
      }
      Files.copy(content, directory.resolve(resource), StandardCopyOption.REPLACE_EXISTING);
    }
  }
}
