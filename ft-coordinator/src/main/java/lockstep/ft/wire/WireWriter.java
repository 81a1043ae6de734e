package lockstep.ft.wire;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.Optional;
import java.util.function.BiConsumer;
import lockstep.ft.machine.Bytes;

/** A growing byte buffer, big endian. */
public final class WireWriter {
  private static final int INITIAL_BYTES = 128;

  private ByteBuffer buffer = ByteBuffer.allocate(INITIAL_BYTES);

  public int size() {
    return buffer.position();
  }

  /** Forgets what was written, and keeps the room for it. */
  public WireWriter clear() {
    buffer.clear();
    return this;
  }

  /** Bytes that it can hold before it has to grow. */
  public int capacity() {
    return buffer.capacity();
  }

  /**
   * What has been written, from 0 to {@link #size()}: not a copy, to be read before the next write.
   */
  public byte[] array() {
    return buffer.array();
  }

  public WireWriter int8(int value) {
    room(1).put((byte) value);
    return this;
  }

  public WireWriter int16(int value) {
    room(2).putShort((short) value);
    return this;
  }

  public WireWriter int32(int value) {
    room(4).putInt(value);
    return this;
  }

  public WireWriter int64(long value) {
    room(8).putLong(value);
    return this;
  }

  public WireWriter flag(boolean value) {
    return int8(value ? 1 : 0);
  }

  /** A length of four bytes, then the bytes. */
  public WireWriter bytes(Bytes value) {
    int32(value.length());
    return raw(value.array());
  }

  /** Bytes without a length. */
  public WireWriter raw(byte[] value) {
    room(value.length).put(value);
    return this;
  }

  /** A length of two bytes, then UTF-8. */
  public WireWriter string(String value) {
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    if (utf8.length > 0xffff) {
      throw new IllegalArgumentException("string of " + utf8.length + " bytes on the wire");
    }
    int16(utf8.length);
    return raw(utf8);
  }

  /** A flag, then the value if there is one. */
  public <T> WireWriter optional(
      Optional<T> value, BiConsumer<? super T, ? super WireWriter> encoder) {
    flag(value.isPresent());
    value.ifPresent(present -> encoder.accept(present, this));
    return this;
  }

  /** A count of four bytes, then each. */
  public <T> WireWriter list(
      Collection<T> values, BiConsumer<? super T, ? super WireWriter> encoder) {
    int32(values.size());
    values.forEach(value -> encoder.accept(value, this));
    return this;
  }

  /** Overwrites the four bytes at {@code at}, written before to keep the place. */
  public WireWriter patchInt32(int at, int value) {
    if (at < 0 || at > size() - Integer.BYTES) {
      throw new IllegalArgumentException("nothing written at " + at);
    }
    buffer.putInt(at, value);
    return this;
  }

  /** What has been written from {@code from} on, as a view that the next write may outdate. */
  public ByteBuffer view(int from) {
    return buffer.slice(from, size() - from).asReadOnlyBuffer();
  }

  public byte[] toByteArray() {
    return Arrays.copyOf(buffer.array(), buffer.position());
  }

  private ByteBuffer room(int bytes) {
    if (buffer.remaining() < bytes) {
      int capacity = Math.max(buffer.capacity() * 2, Math.addExact(buffer.position(), bytes));
      buffer = ByteBuffer.allocate(capacity).put(buffer.flip());
    }
    return buffer;
  }
}
