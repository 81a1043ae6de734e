package lockstep.vmm.machine.elf;

import lockstep.ft.machine.Bytes;
import lockstep.ft.machine.Output;
import lockstep.vmm.machine.bus.OutputSink;
import lockstep.vmm.machine.memory.GuestMemory;

/**
 * The host-target interface of riscv-tests: the program stores a command to {@code tohost}, whose
 * top byte is a device and next byte a command. Device 0 takes an exit code ({@code code << 1 | 1})
 * or the address of a system call's arguments; device 1 takes a character.
 */
public final class Htif {
  private static final int SYSCALL_DEVICE = 0;
  private static final int CONSOLE_DEVICE = 1;
  private static final int CONSOLE_WRITE = 1;
  private static final long SYSCALL_WRITE = 64;
  private static final long SYSCALL_EXIT = 93;
  private static final long ENOSYS = 38;
  private static final long EINVAL = 22;
  private static final long WRITE_MAX = 1 << 20;
  private static final long PAYLOAD = (1L << 48) - 1;

  private final GuestMemory memory;
  private final OutputSink outputs;
  private final long tohost;
  private final long fromhost;
  private long written;
  private boolean exited;
  private long exitCode;

  public Htif(GuestMemory memory, OutputSink outputs, long tohost, long fromhost) {
    this.memory = memory;
    this.outputs = outputs;
    this.tohost = tohost;
    this.fromhost = fromhost;
  }

  public boolean exited() {
    return exited;
  }

  /** 0 for a pass; for a failed riscv-test the number of the test. */
  public long exitCode() {
    return exitCode;
  }

  /** Something was stored to the page of {@code tohost}: serves a command if there is one. */
  void stored() {
    long command = memory.load64(tohost);
    if (command == 0 || exited) {
      return;
    }
    int device = (int) (command >>> 56);
    int function = (int) (command >>> 48) & 0xff;
    long payload = command & PAYLOAD;
    if (device == SYSCALL_DEVICE && (payload & 1) != 0) {
      exit(payload >>> 1);
    } else if (device == SYSCALL_DEVICE && function == 0) {
      serve(payload);
      answer(1);
    } else if (device == CONSOLE_DEVICE && function == CONSOLE_WRITE) {
      write(new byte[] {(byte) payload});
      answer(command & ~PAYLOAD);
    } else {
      answer(0);
    }
  }

  private void answer(long value) {
    memory.store64(tohost, 0);
    memory.store64(fromhost, value);
  }

  private void exit(long code) {
    exited = true;
    exitCode = code;
    outputs.emit(new Output.PowerChanged(false));
  }

  private void write(byte[] bytes) {
    outputs.emit(new Output.ConsoleWritten(written, Bytes.of(bytes)));
    written += bytes.length;
  }

  /**
   * A system call whose number and arguments are eight words in memory; the result is the first.
   */
  private void serve(long arguments) {
    if (!memory.contains(arguments, 64)) {
      return;
    }
    long first = memory.load64(arguments + 8);
    switch ((int) memory.load64(arguments)) {
      case (int) SYSCALL_WRITE -> {
        long address = memory.load64(arguments + 16);
        long length = memory.load64(arguments + 24);
        if (length > WRITE_MAX || !memory.contains(address, length)) {
          memory.store64(arguments, -EINVAL);
          return;
        }
        byte[] bytes = new byte[(int) length];
        memory.read(address, bytes, 0, bytes.length);
        write(bytes);
        memory.store64(arguments, length);
      }
      case (int) SYSCALL_EXIT -> exit(first);
      default -> memory.store64(arguments, -ENOSYS);
    }
  }
}
