package lockstep.vmm.machine.sbi;

import lockstep.vmm.machine.device.console.ConsoleStream;
import lockstep.vmm.machine.hart.Hart;
import lockstep.vmm.machine.memory.GuestMemory;

/**
 * DBCN: the console before there are drivers (SBI 2.0, 12). Writes join the UART's stream. Reads
 * find nothing: what is typed goes to the UART.
 */
final class DebugConsoleExtension implements SbiExtension {
  /** A longer write is done in part, and the guest asks again for the rest. */
  static final int WRITE_BYTES_MAX = 4096;

  private static final int CONSOLE_WRITE = 0;
  private static final int CONSOLE_READ = 1;
  private static final int CONSOLE_WRITE_BYTE = 2;

  private final GuestMemory memory;
  private final ConsoleStream console;

  DebugConsoleExtension(GuestMemory memory, ConsoleStream console) {
    this.memory = memory;
    this.console = console;
  }

  @Override
  public void call(Hart hart, long function) {
    if (function < CONSOLE_WRITE || function > CONSOLE_WRITE_BYTE) {
      SbiExtension.fail(hart, SbiError.NOT_SUPPORTED);
      return;
    }
    if (function == CONSOLE_WRITE_BYTE) {
      console.write((int) hart.x(A0) & 0xff);
      SbiExtension.succeed(hart);
      return;
    }
    long length = hart.x(A0);
    long address = hart.x(A1);
    long addressHigh = hart.x(A2);
    if (addressHigh != 0 || !memory.contains(address, length)) {
      SbiExtension.fail(hart, SbiError.INVALID_PARAM);
      return;
    }
    int written = function == CONSOLE_READ ? 0 : write(address, length);
    SbiExtension.answer(hart, SbiError.SUCCESS, written);
  }

  private int write(long address, long length) {
    byte[] text = new byte[(int) Math.min(length, WRITE_BYTES_MAX)];
    memory.read(address, text, 0, text.length);
    console.write(text);
    return text.length;
  }
}
