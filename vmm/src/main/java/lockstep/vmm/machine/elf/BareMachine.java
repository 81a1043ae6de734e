package lockstep.vmm.machine.elf;

import java.util.Map;
import java.util.function.Consumer;
import lockstep.ft.machine.DeterministicMachine.Pause;
import lockstep.ft.machine.Input;
import lockstep.ft.machine.Output;
import lockstep.vmm.machine.Machine;
import lockstep.vmm.machine.MachineConfig;
import lockstep.vmm.machine.hart.UnitCompiler;

/**
 * Runs a bare ELF: M-mode, no firmware, no devices but CLINT and {@link Htif}. What {@code lockstep
 * run-elf} does.
 */
public final class BareMachine {
  /** Guest time is of little interest here; 100 million steps a second. */
  private static final int PICOSECONDS_PER_STEP = 10_000;

  private final Machine machine;
  private final Htif htif;

  /** How a program ended. */
  public sealed interface Result {
    /** Steps executed. */
    long steps();

    /**
     * It ended itself.
     *
     * @param code 0 for a pass, else the number of the failed test
     */
    record Exited(long code, long steps) implements Result {}

    /** It had not ended when it reached the limit. */
    record OutOfSteps(long steps) implements Result {}

    /** It waits for an interrupt that can't come. */
    record Stuck(long steps) implements Result {}
  }

  /** A machine that interprets everything. */
  public BareMachine(byte[] elf, long ramBytes) {
    this(elf, ramBytes, UnitCompiler.NONE);
  }

  /**
   * @throws IllegalArgumentException if the program does not fit into RAM, or has no {@code tohost}
   *     and {@code fromhost} there
   */
  public BareMachine(byte[] elf, long ramBytes, UnitCompiler compiler) {
    machine = new Machine(new MachineConfig(ramBytes, PICOSECONDS_PER_STEP), compiler);
    ElfFile file = new ElfFile(elf);
    Map<String, Long> symbols = file.symbols();
    long tohost = inRam(symbols, "tohost");
    long fromhost = inRam(symbols, "fromhost");
    htif = new Htif(machine.memory(), machine.outputs(), tohost, fromhost);
    file.load(machine.memory());
    machine.memory().watchStores(tohost, htif::stored);
    machine.hart().startInMachineMode(file.entry());
  }

  /** Address of one of HTIF's two words. */
  private long inRam(Map<String, Long> symbols, String name) {
    Long address = symbols.get(name);
    if (address == null) {
      throw new IllegalArgumentException("no symbol " + name);
    }
    if (address % Long.BYTES != 0 || !machine.memory().contains(address, Long.BYTES)) {
      throw new IllegalArgumentException(
          String.format("%s at 0x%x is not an aligned word of RAM", name, address));
    }
    return address;
  }

  public Machine machine() {
    return machine;
  }

  /** Runs to the program's end; what it writes goes to {@code console}. */
  public Result run(long stepsMax, Consumer<byte[]> console) {
    while (true) {
      Pause pause = machine.run(stepsMax);
      machine.drainOutputs(
          output -> {
            if (output instanceof Output.ConsoleWritten text) {
              console.accept(text.data().array());
            }
          });
      if (htif.exited()) {
        return new Result.Exited(htif.exitCode(), machine.position());
      }
      switch (pause) {
        case LIMIT -> {
          return new Result.OutOfSteps(machine.position());
        }
        case IDLE, OFF -> {
          if (machine.nextTimerNanos() == Long.MAX_VALUE) {
            return new Result.Stuck(machine.position());
          }
          machine.inject(new Input.ClockMoved(machine.nextTimerNanos()));
        }
        case OUTPUT -> {
          // Served above.
        }
      }
    }
  }
}
