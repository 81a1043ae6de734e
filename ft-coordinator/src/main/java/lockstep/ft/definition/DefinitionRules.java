package lockstep.ft.definition;

import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;
import lockstep.ft.definition.VmDefinition.Disk;
import lockstep.ft.definition.VmDefinition.Network;
import lockstep.ft.definition.VmDefinition.PublishedPort;

/** What a definition must fulfil; checked once, where it is parsed. */
final class DefinitionRules {
  private static final long MEMORY_BYTES_MIN = 32L << 20;
  private static final long MEMORY_BYTES_MAX = 64L << 30;
  private static final long MEMORY_BYTES_UNIT = 2L << 20;
  private static final long DISK_BYTES_UNIT = 4096;
  private static final long DISK_BYTES_MAX = 1L << 46;
  private static final int DISKS_MAX = 16;
  private static final int PICOSECONDS_PER_STEP_MAX = 1_000_000;
  private static final int PUBLISHED_PORTS_MAX = 256;
  private static final int COMMAND_LINE_CHARS_MAX = 2047;

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");
  private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");
  private static final Pattern MAC = Pattern.compile("[0-9a-f]{2}(:[0-9a-f]{2}){5}");
  private static final Pattern IPV4 =
      Pattern.compile("((25[0-5]|2[0-4]\\d|1?\\d?\\d)(\\.(?!$)|$)){4}");

  private DefinitionRules() {}

  static void check(VmDefinition definition) throws InvalidDefinitionException {
    require(NAME.matcher(definition.name()).matches(), "name", definition.name());
    require(
        definition.memoryBytes() >= MEMORY_BYTES_MIN
            && definition.memoryBytes() <= MEMORY_BYTES_MAX
            && definition.memoryBytes() % MEMORY_BYTES_UNIT == 0,
        "memoryBytes",
        definition.memoryBytes());
    require(definition.harts() == 1, "harts", definition.harts());
    require(
        definition.picosecondsPerStep() >= 1
            && definition.picosecondsPerStep() <= PICOSECONDS_PER_STEP_MAX,
        "picosecondsPerStep",
        definition.picosecondsPerStep());
    require(
        DIGEST.matcher(definition.kernelDigest()).matches(),
        "kernelDigest",
        definition.kernelDigest());
    require(
        definition.initramfsDigest().isEmpty()
            || DIGEST.matcher(definition.initramfsDigest()).matches(),
        "initramfsDigest",
        definition.initramfsDigest());
    require(
        definition.commandLine().length() <= COMMAND_LINE_CHARS_MAX
            && definition.commandLine().chars().allMatch(c -> c >= ' ' && c < 0x7f),
        "commandLine",
        definition.commandLine());
    checkDisks(definition);
    checkNetwork(definition.network());
  }

  private static void checkDisks(VmDefinition definition) throws InvalidDefinitionException {
    require(definition.disks().size() <= DISKS_MAX, "disks", definition.disks().size());
    Set<String> names = new HashSet<>();
    for (Disk disk : definition.disks()) {
      require(NAME.matcher(disk.name()).matches(), "disk name", disk.name());
      require(names.add(disk.name()), "disk name, used twice", disk.name());
      require(
          disk.sizeBytes() > 0
              && disk.sizeBytes() <= DISK_BYTES_MAX
              && disk.sizeBytes() % DISK_BYTES_UNIT == 0,
          "sizeBytes of disk " + disk.name(),
          disk.sizeBytes());
    }
  }

  private static void checkNetwork(Network network) throws InvalidDefinitionException {
    require(MAC.matcher(network.mac()).matches(), "mac", network.mac());
    require(
        (Integer.parseInt(network.mac().substring(0, 2), 16) & 1) == 0,
        "mac, a group address",
        network.mac());
    require(IPV4.matcher(network.guestAddress()).matches(), "guestAddress", network.guestAddress());
    require(
        IPV4.matcher(network.gatewayAddress()).matches(),
        "gatewayAddress",
        network.gatewayAddress());
    require(IPV4.matcher(network.dnsAddress()).matches(), "dnsAddress", network.dnsAddress());
    require(
        network.prefixLength() >= 8 && network.prefixLength() <= 30,
        "prefixLength",
        network.prefixLength());
    require(
        network.published().size() <= PUBLISHED_PORTS_MAX,
        "published ports",
        network.published().size());
    Set<Integer> ports = new HashSet<>();
    for (PublishedPort published : network.published()) {
      require(isPort(published.port()), "published port", published.port());
      require(isPort(published.guestPort()), "guestPort", published.guestPort());
      require(ports.add(published.port()), "published port, used twice", published.port());
    }
  }

  private static boolean isPort(int port) {
    return port >= 1 && port <= 65535;
  }

  private static void require(boolean holds, String field, Object value)
      throws InvalidDefinitionException {
    if (!holds) {
      throw new InvalidDefinitionException("not a possible " + field + ": " + value);
    }
  }
}
