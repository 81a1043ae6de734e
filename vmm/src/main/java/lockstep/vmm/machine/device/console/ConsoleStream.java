package lockstep.vmm.machine.device.console;

import java.util.Arrays;
import lockstep.ft.machine.Bytes;
import lockstep.ft.machine.Output;
import lockstep.vmm.machine.bus.OutputSink;
import lockstep.vmm.machine.state.StateException;
import lockstep.vmm.machine.state.StateVisitor;
import lockstep.vmm.machine.state.Stateful;

/**
 * What the guest has written to its console, by whatever way. Every output costs a mark in the log,
 * so bytes are gathered: they leave with a newline, when {@value #GATHERED_BYTES_MAX} have come
 * together, or when a device sees that its driver is done for now. All of that happens at positions
 * of the guest alone; the gathered bytes are state.
 */
public final class ConsoleStream implements Stateful {
  static final int GATHERED_BYTES_MAX = 256;

  private final OutputSink outputs;
  private final byte[] gathered = new byte[GATHERED_BYTES_MAX];
  private int gatheredBytes;
  private long offset;

  public ConsoleStream(OutputSink outputs) {
    this.outputs = outputs;
  }

  /** Appends one byte; a newline or the last free place hands everything out. */
  public void write(int value) {
    gathered[gatheredBytes++] = (byte) value;
    if (gatheredBytes == gathered.length || (byte) value == '\n') {
      flush();
    }
  }

  /** Appends bytes that were written at once, and hands everything out. */
  public void write(byte[] bytes) {
    flush();
    emit(bytes);
  }

  /** Hands out what was gathered. */
  public void flush() {
    emit(Arrays.copyOf(gathered, gatheredBytes));
    gatheredBytes = 0;
  }

  private void emit(byte[] bytes) {
    if (bytes.length > 0) {
      outputs.emit(new Output.ConsoleWritten(offset, Bytes.of(bytes)));
      offset += bytes.length;
    }
  }

  @Override
  public void visit(StateVisitor state) {
    offset = state.int64("offset", offset);
    byte[] saved = state.bytes("gathered", Arrays.copyOf(gathered, gatheredBytes));
    if (state.restoring()) {
      if (saved.length >= gathered.length) {
        throw new StateException(saved.length + " console bytes gathered");
      }
      System.arraycopy(saved, 0, gathered, 0, saved.length);
      gatheredBytes = saved.length;
    }
  }
}
