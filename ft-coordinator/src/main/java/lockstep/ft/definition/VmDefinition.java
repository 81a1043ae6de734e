package lockstep.ft.definition;

import java.util.List;
import java.util.function.UnaryOperator;

/**
 * What two VMMs must agree on before they run a guest, but for the sizes of its disks, which may
 * change while it runs. Stored on the disk server; its digest travels in every hello.
 *
 * @param name letters, digits, {@code -} and {@code _}; at most 64
 * @param memoryBytes guest RAM, a multiple of 2 MiB, at least 32 MiB
 * @param harts number of harts; 1 today
 * @param picosecondsPerStep guest time that one step takes between clock inputs; small enough not
 *     to overtake the host
 * @param kernelDigest SHA-256 of the kernel Image, 64 hexadecimal digits
 * @param initramfsDigest the same of the initramfs, or empty for none
 * @param commandLine the kernel's command line
 * @param disks the guest's disks, in the order of their virtio devices
 * @param network the guest's NIC and the ports it publishes
 */
public record VmDefinition(
    String name,
    long memoryBytes,
    int harts,
    int picosecondsPerStep,
    String kernelDigest,
    String initramfsDigest,
    String commandLine,
    List<Disk> disks,
    Network network) {

  /** The same with other disks, one for each. */
  public VmDefinition withDisks(UnaryOperator<Disk> change) {
    return new VmDefinition(
        name,
        memoryBytes,
        harts,
        picosecondsPerStep,
        kernelDigest,
        initramfsDigest,
        commandLine,
        disks.stream().map(change).toList(),
        network);
  }

  /**
   * A disk; its export is {@code vm/name}.
   *
   * @param sizeBytes a multiple of 4096
   */
  public record Disk(String name, long sizeBytes, boolean readOnly) {}

  /**
   * The guest's NIC.
   *
   * @param mac six bytes as {@code 52:54:00:12:34:56}
   * @param guestAddress IPv4 address of the guest, dotted
   * @param gatewayAddress IPv4 address of the proxy on the guest's network
   * @param dnsAddress IPv4 address at which the proxy answers DNS
   * @param prefixLength of the guest's network
   */
  public record Network(
      String mac,
      String guestAddress,
      String gatewayAddress,
      String dnsAddress,
      int prefixLength,
      List<PublishedPort> published) {}

  /** Clients that connect to the proxy's {@code port} reach {@code guestPort} of the guest. */
  public record PublishedPort(int port, int guestPort) {}
}
