package lockstep.vmm.machine.sbi;

import lockstep.vmm.machine.bus.OutputSink;
import lockstep.vmm.machine.device.console.ConsoleStream;
import lockstep.vmm.machine.hart.Hart;
import lockstep.vmm.machine.hart.SbiFirmware;
import lockstep.vmm.machine.memory.GuestMemory;

/**
 * The SBI of a machine with one hart: dispatches each call to its extension. A call that nobody
 * serves is answered with {@code SBI_ERR_NOT_SUPPORTED}, as the specification wants (3).
 */
public final class Sbi implements SbiFirmware {
  private static final int BASE = 0x10;
  private static final int TIME = 0x5449_4d45;
  private static final int IPI = 0x73_5049;
  private static final int RFENCE = 0x5246_4e43;
  private static final int HSM = 0x48_534d;
  private static final int SRST = 0x5352_5354;
  private static final int DBCN = 0x4442_434e;

  private final SbiExtension base = new BaseExtension(this);
  private final SbiExtension timer = new TimerExtension();
  private final SbiExtension ipi = new IpiExtension();
  private final SbiExtension rfence = new RfenceExtension();
  private final SbiExtension hsm = new HartStateExtension();
  private final SbiExtension reset;
  private final SbiExtension debugConsole;
  private final SbiExtension unknown = new UnknownExtension();
  private final LegacyExtensions legacy;

  /**
   * The firmware of one machine.
   *
   * @param memory where a guest's console text is read from
   * @param console takes what the guest writes to the console by a call
   * @param outputs takes a power change
   */
  public Sbi(GuestMemory memory, ConsoleStream console, OutputSink outputs) {
    reset = new ResetExtension(outputs);
    debugConsole = new DebugConsoleExtension(memory, console);
    legacy = new LegacyExtensions(console, outputs);
  }

  @Override
  public void call(Hart hart) {
    long extension = hart.x(SbiExtension.A7);
    if (LegacyExtensions.serves(extension)) {
      legacy.call(hart, extension);
    } else {
      find(extension).call(hart, hart.x(SbiExtension.A6));
    }
  }

  /** Whether {@link BaseExtension} may say that an extension is there. */
  boolean serves(long extension) {
    return LegacyExtensions.serves(extension) || !(find(extension) instanceof UnknownExtension);
  }

  private SbiExtension find(long extension) {
    if (extension != (int) extension) {
      return unknown;
    }
    return switch ((int) extension) {
      case TIME -> timer;
      case IPI -> ipi;
      case RFENCE -> rfence;
      case HSM -> hsm;
      case DBCN -> debugConsole;
      case SRST -> reset;
      case BASE -> base;
      default -> unknown;
    };
  }

  private static final class UnknownExtension implements SbiExtension {
    @Override
    public void call(Hart hart, long function) {
      SbiExtension.fail(hart, SbiError.NOT_SUPPORTED);
    }
  }
}
