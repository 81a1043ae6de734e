package lockstep.benchmarks.machine;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/** Builds the kernels with the cross compiler of the host, Debian's gcc-riscv64-linux-gnu. */
final class CrossCompiler {
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
    try {
      Process version =
          new ProcessBuilder(COMMAND, "--version")
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      return version.waitFor() == 0;
    } catch (IOException absent) {
      return false;
    }
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
      unpack(resource);
    }
    Path elf = directory.resolve(kernel.fileName() + rounds + ".elf");
    ProcessBuilder compiler = new ProcessBuilder(COMMAND);
    compiler.command().addAll(OPTIONS);
    compiler.command().add("-DREPEATS=" + rounds);
    compiler.command().addAll(List.of("-T", LAYOUT, START, source, "-o", elf.toString()));
    Process process = compiler.directory(directory.toFile()).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(COMMAND + " refuses " + source + ":\n" + said);
    }
    return elf;
  }

  private void unpack(String resource) throws IOException {
    try (InputStream content =
        CrossCompiler.class.getResourceAsStream("/lockstep/benchmarks/kernels/" + resource)) {
      if (content == null) {
        throw new FileNotFoundException("resource " + resource);
      }
      Files.copy(content, directory.resolve(resource), StandardCopyOption.REPLACE_EXISTING);
    }
  }
}
