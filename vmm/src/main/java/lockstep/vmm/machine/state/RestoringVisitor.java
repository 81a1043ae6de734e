package lockstep.vmm.machine.state;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Reads what {@link SavingVisitor} wrote; anything else is refused with {@link StateException}. */
public final class RestoringVisitor implements StateVisitor {
  private static final int BYTES_MAX = 1 << 28;

  private final DataInputStream in;

  public RestoringVisitor(DataInputStream in) {
    this.in = in;
  }

  private interface Read<T> {
    T run() throws IOException;
  }

  private <T> T read(int kind, String name, Read<T> read) {
    try {
      int found = in.readByte();
      if (found != kind) {
        throw new StateException(name + ": saved field is of kind " + found + ", not " + kind);
      }
      return read.run();
    } catch (EOFException e) {
      throw new StateException("saved state is cut short at " + name);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private int length(String name, int lengthMax) throws IOException {
    int length = in.readInt();
    if (length < 0 || length > lengthMax) {
      throw new StateException(name + ": saved length " + length);
    }
    return length;
  }

  private void fixedLength(String name, int expected) throws IOException {
    if (length(name, BYTES_MAX) != expected) {
      throw new StateException(name + ": saved array is not of length " + expected);
    }
  }

  @Override
  public void enter(String name) {
    String found = read(SavingVisitor.ENTER, name, in::readUTF);
    if (!found.equals(name)) {
      throw new StateException("saved state has " + found + " where " + name + " belongs");
    }
  }

  @Override
  public void leave() {
    boolean left = read(SavingVisitor.LEAVE, "end of group", () -> true);
    if (!left) {
      throw new AssertionError();
    }
  }

  @Override
  public long int64(String name, long value) {
    return read(SavingVisitor.INT64, name, in::readLong);
  }

  @Override
  public int int32(String name, int value) {
    return read(SavingVisitor.INT32, name, in::readInt);
  }

  @Override
  public boolean flag(String name, boolean value) {
    return read(SavingVisitor.FLAG, name, in::readBoolean);
  }

  @Override
  public byte[] bytes(String name, byte[] value) {
    return read(
        SavingVisitor.BYTES,
        name,
        () -> {
          byte[] bytes = new byte[length(name, BYTES_MAX)];
          in.readFully(bytes);
          return bytes;
        });
  }

  @Override
  public void int64s(String name, long[] values) {
    long[] same =
        read(
            SavingVisitor.INT64S,
            name,
            () -> {
              fixedLength(name, values.length);
              for (int i = 0; i < values.length; i++) {
                values[i] = in.readLong();
              }
              return values;
            });
    assert same == values;
  }

  @Override
  public void int32s(String name, int[] values) {
    int[] same =
        read(
            SavingVisitor.INT32S,
            name,
            () -> {
              fixedLength(name, values.length);
              for (int i = 0; i < values.length; i++) {
                values[i] = in.readInt();
              }
              return values;
            });
    assert same == values;
  }

  @Override
  public boolean restoring() {
    return true;
  }
}
