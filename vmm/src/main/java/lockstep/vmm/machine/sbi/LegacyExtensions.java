package lockstep.vmm.machine.sbi;

import lockstep.ft.machine.Output;
import lockstep.vmm.machine.bus.OutputSink;
import lockstep.vmm.machine.device.console.ConsoleStream;
import lockstep.vmm.machine.hart.Hart;

/**
 * The legacy extensions that a kernel may use without asking, {@code earlycon=sbi} among them (SBI
 * 2.0, 5). They leave a result in a0 and keep a1. Those for IPIs and fences, which take pointers to
 * masks, have been replaced and are not there.
 */
final class LegacyExtensions {
  private static final int SET_TIMER = 0;
  private static final int CONSOLE_PUTCHAR = 1;
  private static final int CONSOLE_GETCHAR = 2;
  private static final int SHUTDOWN = 8;

  private static final long NO_CHARACTER = -1;

  private final ConsoleStream console;
  private final OutputSink outputs;

  LegacyExtensions(ConsoleStream console, OutputSink outputs) {
    this.console = console;
    this.outputs = outputs;
  }

  static boolean serves(long extension) {
    return extension == SHUTDOWN || (extension >= SET_TIMER && extension <= CONSOLE_GETCHAR);
  }

  /** Serves one of the extensions, each of which is a function. */
  void call(Hart hart, long extension) {
    long argument = hart.x(SbiExtension.A0);
    hart.setX(SbiExtension.A0, extension == CONSOLE_GETCHAR ? NO_CHARACTER : SbiError.SUCCESS);
    switch ((int) extension) {
      case SET_TIMER -> hart.setTimer(argument);
      case CONSOLE_PUTCHAR -> console.write((int) argument & 0xff);
      case CONSOLE_GETCHAR -> {}
      case SHUTDOWN -> outputs.emit(new Output.PowerChanged(false));
      default -> throw new AssertionError(extension);
    }
  }
}
