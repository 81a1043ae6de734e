package lockstep.vmm.machine.device.power;

import lockstep.ft.machine.Output;
import lockstep.vmm.machine.bus.MmioDevice;
import lockstep.vmm.machine.bus.OutputSink;
import lockstep.vmm.machine.state.StateVisitor;

/**
 * The register through which a guest switches itself off or asks for a reset: {@code sifive,test0},
 * driven in Linux by {@code syscon-poweroff} and {@code syscon-reboot}. The machine stops when it
 * hands out {@link Output.PowerChanged}.
 */
public final class PowerSwitch implements MmioDevice {
  /** Bytes of physical address space that the switch takes. */
  public static final long SIZE_BYTES = 0x1000;

  /** Written to offset 0: switch off, as a success. */
  public static final int POWER_OFF = 0x5555;

  /** Written to offset 0: reset. */
  public static final int RESET = 0x7777;

  private static final int FAIL = 0x3333;

  private final OutputSink outputs;

  public PowerSwitch(OutputSink outputs) {
    this.outputs = outputs;
  }

  @Override
  public long load(long offset, int log2Size) {
    return 0;
  }

  @Override
  public void store(long offset, int log2Size, long value) {
    if (offset != 0 || log2Size < 1) {
      return;
    }
    switch ((int) value & 0xffff) {
      case POWER_OFF, FAIL -> outputs.emit(new Output.PowerChanged(false));
      case RESET -> outputs.emit(new Output.PowerChanged(true));
      default -> {
        // Nothing else is defined.
      }
    }
  }

  @Override
  public void visit(StateVisitor state) {
    // It holds nothing: what it did is the machine's state.
  }
}
