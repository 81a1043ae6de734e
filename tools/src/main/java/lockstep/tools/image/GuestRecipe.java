package lockstep.tools.image;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a guest is to be made of. Equal recipes and equal packages give equal images.
 *
 * @param suite the Debian release, for example {@code trixie}
 * @param packages what is installed, with its dependencies, beside {@link #BASE_PACKAGES}
 * @param service a shell command that stays in the foreground; started again when it ends
 * @param ready a shell command that succeeds once the service answers; empty: when the first of the
 *     ports is listened on
 * @param ports TCP ports of the guest that clients are to reach
 * @param modules kernel modules loaded at boot beside {@link #ROOT_DISK_MODULES}
 * @param diskBytes size of the root disk, a multiple of 4096
 * @param memoryBytes recommended guest RAM
 */
public record GuestRecipe(
    String suite,
    List<String> packages,
    String service,
    Optional<String> ready,
    List<Integer> ports,
    List<String> modules,
    long diskBytes,
    long memoryBytes) {

  public static final String DEFAULT_SUITE = "trixie";
  public static final long DEFAULT_DISK_BYTES = 192L << 20;
  public static final long DEFAULT_MEMORY_BYTES = 128L << 20;

  public static final List<String> REDIS_PACKAGES = List.of("redis-server", "redis-tools");
  public static final int REDIS_PORT = 6379;

  /**
   * Data survive in memory by Lockstep itself; the append-only file brings them past a power-off.
   */
  public static final String REDIS_SERVICE =
      "redis-server --bind '*' --protected-mode no --dir /var/lib/lockstep"
          + " --save '' --appendonly yes --appendfsync everysec --always-show-logo no";

  /** Redis listens before it has loaded its data, so that listening is not enough. */
  public static final String REDIS_READY = "redis-cli ping | grep -q PONG";

  /** The kernel, the shell, and the files that make it Debian. */
  static final List<String> BASE_PACKAGES =
      List.of("linux-image-riscv64", "busybox-static", "base-files");

  /** What finds the root disk and the NIC; crc32c is ext4's by name only, not by dependency. */
  static final List<String> ROOT_DISK_MODULES =
      List.of("virtio_mmio", "virtio_blk", "virtio_net", "crc32c_generic", "ext4");

  static final int BLOCK_BYTES = 4096;

  /** The smallest disk that takes a journal and a small Debian. */
  private static final long DISK_BYTES_MIN = 64L << 20;

  private static final int PORT_MAX = 65_535;

  public GuestRecipe {
    packages = List.copyOf(packages);
    ports = List.copyOf(ports);
    modules = List.copyOf(modules);
  }

  /** Redis, the default guest. */
  public static GuestRecipe redis() {
    return new GuestRecipe(
        DEFAULT_SUITE,
        REDIS_PACKAGES,
        REDIS_SERVICE,
        Optional.of(REDIS_READY),
        List.of(REDIS_PORT),
        List.of(),
        DEFAULT_DISK_BYTES,
        DEFAULT_MEMORY_BYTES);
  }

  /** Finds what the builder could only stumble over later. */
  void check() throws ImageException {
    if (diskBytes < DISK_BYTES_MIN || diskBytes % BLOCK_BYTES != 0) {
      throw new ImageException(
          "the disk must be at least %d MiB and a multiple of %d bytes, not %d bytes"
              .formatted(DISK_BYTES_MIN >> 20, BLOCK_BYTES, diskBytes));
    }
    for (int port : ports) {
      if (port < 1 || port > PORT_MAX) {
        throw new ImageException("not a TCP port: " + port);
      }
    }
    for (String name : packages) {
      if (!name.matches("[a-z0-9][a-z0-9+.-]+")) {
        throw new ImageException("not the name of a Debian package: " + name);
      }
    }
  }

  List<String> allPackages() {
    return Stream.concat(BASE_PACKAGES.stream(), packages.stream()).distinct().toList();
  }

  List<String> allModules() {
    return Stream.concat(ROOT_DISK_MODULES.stream(), modules.stream()).distinct().toList();
  }

  /** The shell command that {@code announce} asks. */
  String readyCommand() {
    return ready.orElseGet(() -> ports.isEmpty() ? "true" : listening(ports.getFirst()));
  }

  /** Succeeds when a socket is in state LISTEN (0A), by proc(5), without opening a connection. */
  private static String listening(int port) {
    return "grep -q ': [0-9A-F]*:%04X 0*:0000 0A ' /proc/net/tcp /proc/net/tcp6".formatted(port);
  }

  /** Changes with the recipe and with everything that the builder puts into a guest by itself. */
  String digest() throws ImageException {
    return Digests.of(
        (this + GuestCommandLine.recommended() + GuestScripts.allAsText())
            .getBytes(StandardCharsets.UTF_8));
  }
}
