package lockstep.proxy.net;

import java.util.Arrays;
import java.util.Objects;

/**
 * Part of an array, to be read only: whoever makes a slice never writes to that part again. Equal
 * by content.
 */
public record Slice(byte[] array, int offset, int length) {
  public static final Slice EMPTY = new Slice(new byte[0], 0, 0);

  public Slice {
    Objects.checkFromIndexSize(offset, length, array.length);
  }

  public static Slice of(byte[] array) {
    return new Slice(array, 0, array.length);
  }

  /** The part from {@code start} to the end. */
  public Slice from(int start) {
    return part(start, length - start);
  }

  /** The part of {@code size} bytes from {@code start}. */
  public Slice part(int start, int size) {
    Objects.checkFromIndexSize(start, size, length);
    return new Slice(array, offset + start, size);
  }

  /** Unsigned byte at {@code index}. */
  public int u8(int index) {
    return array[offset + Objects.checkIndex(index, length)] & 0xff;
  }

  /** Unsigned 16 bits at {@code index}, in network byte order. */
  public int u16(int index) {
    return u8(index) << 8 | u8(index + 1);
  }

  /** 32 bits at {@code index}, in network byte order. */
  public int i32(int index) {
    return u16(index) << 16 | u16(index + 2);
  }

  public void copyTo(byte[] target, int at) {
    System.arraycopy(array, offset, target, at, length);
  }

  /** Itself, or a copy if more than a quarter of its array holds something else. */
  public Slice compact() {
    return array.length - length > array.length / 4 ? of(toArray()) : this;
  }

  public byte[] toArray() {
    return Arrays.copyOfRange(array, offset, offset + length);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Slice slice
        && Arrays.equals(
            array, offset, offset + length, slice.array, slice.offset, slice.offset + slice.length);
  }

  @Override
  public int hashCode() {
    int hash = 1;
    for (int i = 0; i < length; i++) {
      hash = 31 * hash + array[offset + i];
    }
    return hash;
  }

  @Override
  public String toString() {
    return length + " bytes";
  }
}
