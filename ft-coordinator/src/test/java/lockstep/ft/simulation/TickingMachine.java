package lockstep.ft.simulation;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import lockstep.ft.machine.Bytes;
import lockstep.ft.machine.DeterministicMachine;
import lockstep.ft.machine.Input;
import lockstep.ft.machine.Output;
import lockstep.ft.machine.PagedMemory;
import lockstep.ft.machine.StateHash;
import lockstep.ft.machine.StateHistory;

/** The smallest machine: every step writes a byte to the console. It has no memory and no clock. */
final class TickingMachine implements DeterministicMachine, PagedMemory {
  private final StateHistory history = new SavedStates(this);
  private long position;
  private long drained;

  @Override
  public long position() {
    return position;
  }

  @Override
  public Pause run(long positionLimit) {
    if (position == positionLimit) {
      return Pause.LIMIT;
    }
    position++;
    return Pause.OUTPUT;
  }

  @Override
  public void inject(Input input) {}

  @Override
  public void drainOutputs(Consumer<? super Output> sink) {
    for (; drained < position; drained++) {
      sink.accept(new Output.ConsoleWritten(drained, Bytes.of(new byte[] {(byte) drained})));
    }
  }

  @Override
  public long timeNanos() {
    return 0;
  }

  @Override
  public long nextTimerNanos() {
    return Long.MAX_VALUE;
  }

  @Override
  public StateHash hash() {
    return new StateHash(position, 0);
  }

  @Override
  public void save(OutputStream out) throws IOException {
    new DataOutputStream(out).writeLong(position);
  }

  @Override
  public void restore(InputStream in) throws IOException {
    position = new DataInputStream(in).readLong();
    drained = position;
  }

  @Override
  public void saveWithoutPages(OutputStream out) throws IOException {
    save(out);
  }

  @Override
  public void restoreWithoutPages(InputStream in) throws IOException {
    restore(in);
  }

  @Override
  public StateHistory history() {
    return history;
  }

  @Override
  public PagedMemory pages() {
    return this;
  }

  @Override
  public int pageCount() {
    return 0;
  }

  @Override
  public int pageBytes() {
    return Long.BYTES;
  }

  @Override
  public void takeChanged(IntConsumer taker) {}

  @Override
  public void endTransfer() {}

  @Override
  public void hashSome(int pagesMax) {}

  @Override
  public void forgetHashes() {}

  @Override
  public Contents readPage(int page) {
    throw new IllegalArgumentException("no page " + page);
  }

  @Override
  public void writePage(Contents contents) {
    throw new IllegalArgumentException("no page " + contents.page());
  }

  @Override
  public void clear() {}
}
