package lockstep.vmm.machine.state;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;

/**
 * Prints a line per field, {@code group.field = value} in hexadecimal, so that two states can be
 * compared with {@code diff}.
 */
public final class PrintingVisitor implements StateVisitor {
  private final StringBuilder text = new StringBuilder();
  private final Deque<String> groups = new ArrayDeque<>();

  public String text() {
    return text.toString();
  }

  private void line(String name, String value) {
    groups.descendingIterator().forEachRemaining(group -> text.append(group).append('.'));
    text.append(name).append(" = ").append(value).append('\n');
  }

  @Override
  public void enter(String name) {
    groups.push(name);
  }

  @Override
  public void leave() {
    groups.pop();
  }

  @Override
  public long int64(String name, long value) {
    line(name, "0x" + Long.toHexString(value));
    return value;
  }

  @Override
  public int int32(String name, int value) {
    line(name, "0x" + Integer.toHexString(value));
    return value;
  }

  @Override
  public boolean flag(String name, boolean value) {
    line(name, Boolean.toString(value));
    return value;
  }

  @Override
  public byte[] bytes(String name, byte[] value) {
    line(name, value.length + " bytes " + HexFormat.of().formatHex(value));
    return value;
  }

  @Override
  public void int64s(String name, long[] values) {
    for (int i = 0; i < values.length; i++) {
      int64(name + "[" + i + "]", values[i]);
    }
  }

  @Override
  public void int32s(String name, int[] values) {
    for (int i = 0; i < values.length; i++) {
      int32(name + "[" + i + "]", values[i]);
    }
  }

  @Override
  public boolean restoring() {
    return false;
  }
}
