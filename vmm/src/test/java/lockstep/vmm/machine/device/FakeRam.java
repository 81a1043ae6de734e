package lockstep.vmm.machine.device;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import lockstep.vmm.machine.memory.GuestMemory;

/** RAM in an array, at the board's address; an access outside throws, as the contract says. */
public final class FakeRam implements GuestMemory {
  public static final long BASE = 0x8000_0000L;

  private final ByteBuffer bytes;

  public FakeRam(int size) {
    bytes = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  public byte[] array() {
    return bytes.array();
  }

  @Override
  public boolean contains(long address, long length) {
    long offset = address - BASE;
    return offset >= 0 && length >= 0 && offset <= bytes.capacity() - length;
  }

  private int offset(long address, int length) {
    long offset = address - BASE;
    return (int) Objects.checkFromIndexSize(offset, length, bytes.capacity());
  }

  @Override
  public void read(long address, byte[] into, int offset, int length) {
    bytes.get(offset(address, length), into, offset, length);
  }

  @Override
  public void write(long address, byte[] from, int offset, int length) {
    bytes.put(offset(address, length), from, offset, length);
  }

  /** Reads bytes for an assertion. */
  public byte[] read(long address, int length) {
    byte[] into = new byte[length];
    read(address, into, 0, length);
    return into;
  }

  /** Writes bytes for a test's setup. */
  public void write(long address, byte[] from) {
    write(address, from, 0, from.length);
  }

  @Override
  public int load16(long address) {
    return bytes.getShort(offset(address, 2)) & 0xffff;
  }

  @Override
  public int load32(long address) {
    return bytes.getInt(offset(address, 4));
  }

  @Override
  public long load64(long address) {
    return bytes.getLong(offset(address, 8));
  }

  @Override
  public void store8(long address, int value) {
    bytes.put(offset(address, 1), (byte) value);
  }

  @Override
  public void store16(long address, int value) {
    bytes.putShort(offset(address, 2), (short) value);
  }

  @Override
  public void store32(long address, int value) {
    bytes.putInt(offset(address, 4), value);
  }

  @Override
  public void store64(long address, long value) {
    bytes.putLong(offset(address, 8), value);
  }
}
