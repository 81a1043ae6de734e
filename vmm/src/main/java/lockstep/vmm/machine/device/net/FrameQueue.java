package lockstep.vmm.machine.device.net;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import lockstep.ft.machine.Bytes;
import lockstep.vmm.machine.state.StateException;
import lockstep.vmm.machine.state.StateVisitor;
import lockstep.vmm.machine.state.Stateful;

/** Frames that have arrived and for which the driver has no buffer yet; bounded. */
final class FrameQueue implements Stateful {
  /** Bounds what waits, frames and their headers together. */
  static final int BYTES_MAX = 2 << 20;

  /** Bounds how many wait. */
  static final int FRAMES_MAX = 1024;

  private final ArrayDeque<byte[]> frames = new ArrayDeque<>();
  private int bytes;

  /** Appends the frame, unless that would pass a bound. */
  boolean offer(Bytes frame) {
    if (frames.size() == FRAMES_MAX || bytes + frame.length() > BYTES_MAX) {
      return false;
    }
    add(frame.array());
    return true;
  }

  private void add(byte[] frame) {
    frames.addLast(frame);
    bytes += frame.length;
  }

  boolean isEmpty() {
    return frames.isEmpty();
  }

  byte[] first() {
    return frames.getFirst();
  }

  void removeFirst() {
    bytes -= frames.removeFirst().length;
  }

  void clear() {
    frames.clear();
    bytes = 0;
  }

  @Override
  public void visit(StateVisitor state) {
    ByteBuffer saved = ByteBuffer.wrap(state.bytes("frames", save()));
    if (!state.restoring()) {
      return;
    }
    clear();
    saved.order(ByteOrder.LITTLE_ENDIAN);
    while (saved.hasRemaining()) {
      int length = saved.remaining() < Integer.BYTES ? -1 : saved.getInt();
      if (length < 0 || length > saved.remaining()) {
        throw new StateException("waiting frame cut short");
      }
      byte[] frame = new byte[length];
      saved.get(frame);
      add(frame);
    }
  }

  private byte[] save() {
    ByteBuffer into = ByteBuffer.allocate(bytes + frames.size() * Integer.BYTES);
    into.order(ByteOrder.LITTLE_ENDIAN);
    for (byte[] frame : frames) {
      into.putInt(frame.length).put(frame);
    }
    return into.array();
  }
}
