package lockstep.vmm.machine.boot;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A node of a device tree: properties and children, in the order they were added (Devicetree
 * Specification 0.4, 2.2). Property values are bytes; numbers in them are big-endian.
 */
public final class DeviceTreeNode {
  private final String name;
  private final Map<String, byte[]> properties = new LinkedHashMap<>();
  private final List<DeviceTreeNode> children = new ArrayList<>();

  /** A node {@code name}, or {@code name@address}; empty for the root. */
  DeviceTreeNode(String name) {
    this.name = name;
  }

  String name() {
    return name;
  }

  Map<String, byte[]> properties() {
    return Collections.unmodifiableMap(properties);
  }

  List<DeviceTreeNode> children() {
    return Collections.unmodifiableList(children);
  }

  /** Adds a child and returns it. */
  DeviceTreeNode child(String childName) {
    DeviceTreeNode child = new DeviceTreeNode(childName);
    children.add(child);
    return child;
  }

  /** Adds a child named after the address of its registers, as unit addresses have to be. */
  DeviceTreeNode child(String childName, long unitAddress) {
    return child(childName + "@" + Long.toHexString(unitAddress));
  }

  /** A property that says everything by being there. */
  DeviceTreeNode flag(String property) {
    return bytes(property, new byte[0]);
  }

  /** A list of 32-bit cells. */
  DeviceTreeNode cells(String property, int... cells) {
    ByteBuffer value = ByteBuffer.allocate(Integer.BYTES * cells.length);
    for (int cell : cells) {
      value.putInt(cell);
    }
    return bytes(property, value.array());
  }

  /** A list of 64-bit numbers, two cells each: addresses and sizes. */
  DeviceTreeNode pairs(String property, long... numbers) {
    ByteBuffer value = ByteBuffer.allocate(Long.BYTES * numbers.length);
    for (long number : numbers) {
      value.putLong(number);
    }
    return bytes(property, value.array());
  }

  /** A list of strings, each ended by a zero byte. */
  DeviceTreeNode strings(String property, String... strings) {
    ByteArrayOutputStream value = new ByteArrayOutputStream();
    for (String string : strings) {
      value.writeBytes(string.getBytes(StandardCharsets.UTF_8));
      value.write(0);
    }
    return bytes(property, value.toByteArray());
  }

  DeviceTreeNode bytes(String property, byte[] value) {
    if (properties.put(property, value) != null) {
      throw new IllegalArgumentException(name + " has " + property + " twice");
    }
    return this;
  }
}
