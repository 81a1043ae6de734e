package lockstep.vmm.machine.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/**
 * Reads a device tree blob by the specification alone, into paths: {@code /cpus/cpu@0} and {@code
 * /cpus/cpu@0:reg}.
 */
final class BlobReader {
  private final ByteBuffer blob;
  private final int stringsOffset;
  private final Map<String, byte[]> found = new TreeMap<>();

  private BlobReader(byte[] bytes) {
    blob = ByteBuffer.wrap(bytes);
    assertEquals(0xd00dfeed, blob.getInt(0));
    assertEquals(bytes.length, blob.getInt(4));
    assertEquals(17, blob.getInt(20));
    assertEquals(16, blob.getInt(24));
    int reservations = blob.getInt(16);
    assertEquals(0, reservations % 8);
    assertEquals(0, blob.getLong(reservations));
    assertEquals(0, blob.getLong(reservations + 8));
    stringsOffset = blob.getInt(12);
    assertEquals(bytes.length, stringsOffset + blob.getInt(32));
    int structureOffset = blob.getInt(8);
    assertEquals(0, structureOffset % 4);
    blob.position(structureOffset);
    assertEquals(1, blob.getInt());
    node("");
    assertEquals(9, blob.getInt());
    assertEquals(structureOffset + blob.getInt(36), blob.position());
  }

  /** Every node and property by its path. */
  static Map<String, byte[]> read(byte[] bytes) {
    return new BlobReader(bytes).found;
  }

  private void node(String parent) {
    String name = string(blob.position());
    skip(name.length() + 1);
    String path = name.isEmpty() ? parent : parent + "/" + name;
    assertEquals(null, found.put(path, new byte[0]), "second node " + path);
    while (true) {
      switch (blob.getInt()) {
        case 1 -> node(path);
        case 2 -> {
          return;
        }
        case 3 -> property(path);
        case 4 -> {}
        default -> throw new AssertionError("token at " + (blob.position() - 4));
      }
    }
  }

  private void property(String path) {
    byte[] value = new byte[blob.getInt()];
    String name = string(stringsOffset + blob.getInt());
    blob.get(value);
    skip(0);
    found.put(path + ":" + name, value);
  }

  private String string(int at) {
    int end = at;
    while (blob.get(end) != 0) {
      end++;
    }
    return new String(blob.array(), at, end - at, StandardCharsets.UTF_8);
  }

  private void skip(int bytes) {
    blob.position((blob.position() + bytes + 3) & -4);
  }
}
