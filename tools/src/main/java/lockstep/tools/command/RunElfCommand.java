package lockstep.tools.command;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import lockstep.tools.Lockstep;
import lockstep.vmm.compiler.CompilerMode;
import lockstep.vmm.compiler.GuestCompiler;
import lockstep.vmm.machine.elf.BareMachine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lockstep run-elf}: runs bare programs, the public riscv-tests above all. */
@Command(
    name = "run-elf",
    description = {
      "Runs bare RISC-V programs, one after the other, each on a machine of its own: in M-mode, RAM",
      "from 0x80000000, no devices but timer and HTIF (the symbols tohost and fromhost).",
      "Exits with 0 if all of them pass.",
      "",
      "Takes no --state: it touches nothing but the files that it runs."
    })
public final class RunElfCommand implements Callable<Integer> {
  @Option(
      names = "--memory-mib",
      paramLabel = "MIB",
      defaultValue = "16",
      description = "RAM of the machine (default: ${DEFAULT-VALUE}).")
  private int memoryMib = 16;

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "1000000000",
      description = "A program that takes more steps has failed (default: ${DEFAULT-VALUE}).")
  private long stepsMax = 1_000_000_000;

  @Option(
      names = "--compiler",
      paramLabel = "MODE",
      defaultValue = "on",
      description = {
        "What is compiled: off for nothing, on for what is hot, eager for everything at its first",
        "execution (default: ${DEFAULT-VALUE}). The program can't tell the difference."
      })
  private CompilerMode compiler = CompilerMode.ON;

  @Option(names = "--quiet", description = "Name only what fails, then the sum.")
  private boolean quiet;

  @Parameters(paramLabel = "FILE", arity = "1..*", description = "ELF programs.")
  private List<Path> files = new ArrayList<>();

  @Override
  public Integer call() throws IOException {
    int passed = 0;
    for (Path file : files) {
      if (run(file)) {
        passed++;
      }
    }
    if (files.size() > 1) {
      System.out.printf("%d of %d passed%n", passed, files.size());
    }
    return passed == files.size() ? 0 : Lockstep.EXIT_FAILED;
  }

  private boolean run(Path file) throws IOException {
    BareMachine machine;
    try {
      machine =
          new BareMachine(
              Files.readAllBytes(file), (long) memoryMib << 20, GuestCompiler.of(compiler));
    } catch (IllegalArgumentException notAProgram) {
      System.out.printf("FAIL %s: %s%n", file, notAProgram.getMessage());
      return false;
    }
    PrintStream console = System.out;
    BareMachine.Result result =
        machine.run(stepsMax, bytes -> console.write(bytes, 0, bytes.length));
    String verdict =
        switch (result) {
          case BareMachine.Result.Exited(long code, long steps) ->
              code == 0 ? "pass" : "test %d failed".formatted(code);
          case BareMachine.Result.OutOfSteps _ -> "not ended in time";
          case BareMachine.Result.Stuck _ -> "waits for an interrupt that can't come";
        };
    boolean pass = verdict.equals("pass");
    if (!pass || !quiet) {
      System.out.printf(
          "%s %s: %s after %,d steps%n", pass ? "PASS" : "FAIL", file, verdict, result.steps());
    }
    return pass;
  }
}
