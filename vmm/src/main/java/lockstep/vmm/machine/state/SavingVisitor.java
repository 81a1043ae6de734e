package lockstep.vmm.machine.state;

import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Writes every field behind a byte that tells its kind; {@link RestoringVisitor} reads it. */
public final class SavingVisitor implements StateVisitor {
  static final int ENTER = 1;
  static final int LEAVE = 2;
  static final int INT64 = 3;
  static final int INT32 = 4;
  static final int FLAG = 5;
  static final int BYTES = 6;
  static final int INT64S = 7;
  static final int INT32S = 8;

  private final DataOutputStream out;

  public SavingVisitor(DataOutputStream out) {
    this.out = out;
  }

  private interface Write {
    void run() throws IOException;
  }

  private void write(int kind, Write write) {
    try {
      out.writeByte(kind);
      write.run();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void enter(String name) {
    write(ENTER, () -> out.writeUTF(name));
  }

  @Override
  public void leave() {
    write(LEAVE, () -> {});
  }

  @Override
  public long int64(String name, long value) {
    write(INT64, () -> out.writeLong(value));
    return value;
  }

  @Override
  public int int32(String name, int value) {
    write(INT32, () -> out.writeInt(value));
    return value;
  }

  @Override
  public boolean flag(String name, boolean value) {
    write(FLAG, () -> out.writeBoolean(value));
    return value;
  }

  @Override
  public byte[] bytes(String name, byte[] value) {
    write(
        BYTES,
        () -> {
          out.writeInt(value.length);
          out.write(value);
        });
    return value;
  }

  @Override
  public void int64s(String name, long[] values) {
    write(
        INT64S,
        () -> {
          out.writeInt(values.length);
          for (long value : values) {
            out.writeLong(value);
          }
        });
  }

  @Override
  public void int32s(String name, int[] values) {
    write(
        INT32S,
        () -> {
          out.writeInt(values.length);
          for (int value : values) {
            out.writeInt(value);
          }
        });
  }

  @Override
  public boolean restoring() {
    return false;
  }
}
