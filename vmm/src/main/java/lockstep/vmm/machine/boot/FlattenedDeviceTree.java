package lockstep.vmm.machine.boot;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Writes a device tree as the blob that a kernel gets, DTB version 17 (Devicetree Specification
 * 0.4, chapter 5): header, an empty memory reservation block, structure block, strings block.
 */
final class FlattenedDeviceTree {
  private static final int MAGIC = 0xd00d_feed;
  private static final int VERSION = 17;
  private static final int VERSION_COMPATIBLE = 16;
  private static final int HEADER_BYTES = 40;
  private static final int RESERVATION_BYTES = 16;

  private static final int FDT_BEGIN_NODE = 1;
  private static final int FDT_END_NODE = 2;
  private static final int FDT_PROP = 3;
  private static final int FDT_END = 9;

  private final ByteArrayOutputStream structure = new ByteArrayOutputStream();
  private final ByteArrayOutputStream strings = new ByteArrayOutputStream();
  private final Map<String, Integer> stringOffsets = new LinkedHashMap<>();

  private FlattenedDeviceTree() {}

  /** The blob of a tree whose guest starts on hart {@code bootHart}. */
  static byte[] encode(DeviceTreeNode root, int bootHart) {
    FlattenedDeviceTree tree = new FlattenedDeviceTree();
    tree.node(root);
    tree.cell(FDT_END);
    return tree.blob(bootHart);
  }

  private void node(DeviceTreeNode node) {
    cell(FDT_BEGIN_NODE);
    structure.writeBytes(node.name().getBytes(StandardCharsets.UTF_8));
    structure.write(0);
    pad();
    node.properties().forEach(this::property);
    node.children().forEach(this::node);
    cell(FDT_END_NODE);
  }

  private void property(String name, byte[] value) {
    cell(FDT_PROP);
    cell(value.length);
    cell(stringOffset(name));
    structure.writeBytes(value);
    pad();
  }

  private int stringOffset(String name) {
    return stringOffsets.computeIfAbsent(
        name,
        added -> {
          int offset = strings.size();
          strings.writeBytes(added.getBytes(StandardCharsets.UTF_8));
          strings.write(0);
          return offset;
        });
  }

  private void cell(int value) {
    structure.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(value).array());
  }

  private void pad() {
    while (structure.size() % Integer.BYTES != 0) {
      structure.write(0);
    }
  }

  private byte[] blob(int bootHart) {
    int structureOffset = HEADER_BYTES + RESERVATION_BYTES;
    int stringsOffset = structureOffset + structure.size();
    int size = stringsOffset + strings.size();
    return ByteBuffer.allocate(size)
        .putInt(MAGIC)
        .putInt(size)
        .putInt(structureOffset)
        .putInt(stringsOffset)
        .putInt(HEADER_BYTES)
        .putInt(VERSION)
        .putInt(VERSION_COMPATIBLE)
        .putInt(bootHart)
        .putInt(strings.size())
        .putInt(structure.size())
        .put(structureOffset, structure.toByteArray())
        .put(stringsOffset, strings.toByteArray())
        .array();
  }
}
