package lockstep.vmm.machine.device.console;

import java.util.Arrays;
import lockstep.vmm.machine.state.StateException;
import lockstep.vmm.machine.state.StateVisitor;
import lockstep.vmm.machine.state.Stateful;

/** Bytes that wait for the guest, first in first out; what does not fit is dropped. */
public final class ByteQueue implements Stateful {
  private final byte[] ring;
  private int first;
  private int size;

  public ByteQueue(int capacityBytes) {
    this.ring = new byte[capacityBytes];
  }

  /** Appends as many of {@code bytes} as there is room for. */
  public void offer(byte[] bytes) {
    int taken = Math.min(bytes.length, ring.length - size);
    for (int i = 0; i < taken; i++) {
      ring[(first + size + i) % ring.length] = bytes[i];
    }
    size += taken;
  }

  public int size() {
    return size;
  }

  /** Removes the first byte and returns it, 0 to 255; 0 if there is none. */
  public int poll() {
    return size == 0 ? 0 : poll(1)[0] & 0xff;
  }

  /** Removes up to {@code lengthMax} bytes and returns them. */
  public byte[] poll(int lengthMax) {
    byte[] polled = peek(Math.min(lengthMax, size));
    first = (first + polled.length) % ring.length;
    size -= polled.length;
    return polled;
  }

  private byte[] peek(int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = ring[(first + i) % ring.length];
    }
    return bytes;
  }

  public void clear() {
    size = 0;
  }

  @Override
  public void visit(StateVisitor state) {
    byte[] saved = state.bytes("bytes", peek(size));
    if (state.restoring()) {
      if (saved.length > ring.length) {
        throw new StateException(saved.length + " bytes waiting, at most " + ring.length);
      }
      Arrays.fill(ring, (byte) 0);
      first = 0;
      size = 0;
      offer(saved);
    }
  }
}
