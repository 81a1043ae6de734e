package lockstep.ft.wire;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import lockstep.ft.machine.Bytes;

/** Reads what {@link WireWriter} wrote; every read is checked against the end. */
public final class WireReader {
  /** Reads one element of a list or an optional. */
  @FunctionalInterface
  public interface Decoder<T> {
    T decode(WireReader from) throws MalformedMessageException;
  }

  private final ByteBuffer buffer;

  public WireReader(byte[] bytes) {
    this.buffer = ByteBuffer.wrap(bytes);
  }

  /** Reads from the buffer's position to its limit; the buffer is the reader's own from now on. */
  public WireReader(ByteBuffer buffer) {
    this.buffer = buffer;
  }

  public int remaining() {
    return buffer.remaining();
  }

  public int int8() throws MalformedMessageException {
    return need(1).get() & 0xff;
  }

  public int int16() throws MalformedMessageException {
    return need(2).getShort() & 0xffff;
  }

  public int int32() throws MalformedMessageException {
    return need(4).getInt();
  }

  public long int64() throws MalformedMessageException {
    return need(8).getLong();
  }

  public boolean flag() throws MalformedMessageException {
    int value = int8();
    if (value > 1) {
      throw new MalformedMessageException("flag of value " + value);
    }
    return value == 1;
  }

  public Bytes bytes() throws MalformedMessageException {
    return Bytes.of(raw(int32()));
  }

  /** As {@link #bytes()}, refusing more than {@code lengthMax}. */
  public Bytes bytes(int lengthMax) throws MalformedMessageException {
    return Bytes.of(raw(count32("length", lengthMax)));
  }

  /** A 64-bit number that may not be negative; {@code what} names it in the error. */
  public long count64(String what) throws MalformedMessageException {
    long value = int64();
    if (value < 0) {
      throw new MalformedMessageException(what + " is negative: " + value);
    }
    return value;
  }

  /** A 32-bit number from 0 to {@code max}; {@code what} names it in the error. */
  public int count32(String what, int max) throws MalformedMessageException {
    int value = int32();
    if (value < 0 || value > max) {
      throw new MalformedMessageException(what + " is " + value + ", not within 0 to " + max);
    }
    return value;
  }

  public <T> Optional<T> optional(Decoder<T> decoder) throws MalformedMessageException {
    return flag() ? Optional.of(decoder.decode(this)) : Optional.empty();
  }

  /** A count of four bytes, at most {@code countMax}, then each. */
  public <T> List<T> list(int countMax, Decoder<T> decoder) throws MalformedMessageException {
    int count = count32("number of elements", countMax);
    List<T> values = new ArrayList<>(Math.min(count, remaining()));
    for (int i = 0; i < count; i++) {
      values.add(decoder.decode(this));
    }
    return List.copyOf(values);
  }

  /** A reader of the next {@code length} bytes, which this one skips. */
  public WireReader part(int length) throws MalformedMessageException {
    need(length);
    ByteBuffer slice = buffer.slice(buffer.position(), length);
    buffer.position(buffer.position() + length);
    return new WireReader(slice);
  }

  /** What remains, as a view; reads nothing. */
  public ByteBuffer view() {
    return buffer.slice().asReadOnlyBuffer();
  }

  public byte[] raw(int length) throws MalformedMessageException {
    need(length);
    byte[] bytes = new byte[length];
    buffer.get(bytes);
    return bytes;
  }

  public String string() throws MalformedMessageException {
    byte[] utf8 = raw(int16());
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
    } catch (CharacterCodingException _) {
      throw new MalformedMessageException("string that is not UTF-8");
    }
  }

  /** One of an enum's values, by ordinal in one byte. */
  public <E extends Enum<E>> E enumValue(E[] values) throws MalformedMessageException {
    int ordinal = int8();
    if (ordinal >= values.length) {
      throw new MalformedMessageException(
          "no " + values[0].getDeclaringClass().getSimpleName() + " has number " + ordinal);
    }
    return values[ordinal];
  }

  public void expectEnd() throws MalformedMessageException {
    if (buffer.hasRemaining()) {
      throw new MalformedMessageException(buffer.remaining() + " bytes behind the message's end");
    }
  }

  private ByteBuffer need(int bytes) throws MalformedMessageException {
    if (bytes < 0 || buffer.remaining() < bytes) {
      throw new MalformedMessageException(
          "cut short: " + bytes + " bytes wanted, " + buffer.remaining() + " there");
    }
    return buffer;
  }
}
