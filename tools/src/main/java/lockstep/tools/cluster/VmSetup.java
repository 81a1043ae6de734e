package lockstep.tools.cluster;

import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import lockstep.ft.definition.DefinitionCodec;
import lockstep.ft.definition.VmDefinition;
import lockstep.ft.definition.VmDefinition.Disk;
import lockstep.ft.definition.VmDefinition.Network;
import lockstep.ft.definition.VmDefinition.PublishedPort;
import lockstep.ft.nbd.ExportName;
import lockstep.ft.nbd.RawImages;
import lockstep.ft.net.Transport;
import lockstep.tools.image.Guest;
import lockstep.tools.image.GuestCommandLine;
import lockstep.tools.image.GuestDescription.FileDescription;
import lockstep.tools.image.Progress;

/** Puts a guest onto a disk server: kernel, initramfs, definition, root disk. */
public final class VmSetup {
  /** The name of the disk that holds the root file system. */
  public static final String ROOT_DISK = "root";

  /**
   * Guest time per step between clock inputs: that of a machine of 4000 MIPS, faster than any host
   * runs a guest, so that guest time never overtakes the host's.
   */
  private static final int PICOSECONDS_PER_STEP = 250;

  private final ServerHttp http;
  private final int httpPort;
  private final InetSocketAddress nbd;

  /** Works on the disk server that {@code http} asks. */
  public VmSetup(ServerHttp http, int httpPort, InetSocketAddress nbd) {
    this.http = http;
    this.httpPort = httpPort;
    this.nbd = nbd;
  }

  /** Works on the disk server of a cluster on this machine. */
  public static VmSetup of(Cluster cluster) {
    return new VmSetup(cluster.http(), cluster.settings().diskHttpPort(), cluster.nbd());
  }

  /**
   * The definition of a VM for {@code guest}.
   *
   * @param published host port by guest port; the guest's own ports that are not named keep their
   *     number
   * @param memoryBytes guest RAM; 0 for what the guest recommends
   */
  public static VmDefinition definition(
      String vm, Guest guest, Map<Integer, Integer> published, long memoryBytes) {
    Map<String, FileDescription> files = guest.description().files();
    List<PublishedPort> ports =
        DefinedVm.published(
            guest.description().ports().stream()
                .map(port -> new PublishedPort(port, port))
                .toList(),
            published);
    return new VmDefinition(
        vm,
        memoryBytes == 0 ? guest.description().memoryBytes() : memoryBytes,
        1,
        PICOSECONDS_PER_STEP,
        digest(files, guest.kernel()),
        digest(files, guest.initramfs()),
        guest.description().commandLine(),
        List.of(new Disk(ROOT_DISK, size(files, guest.rootDisk()), false)),
        new Network(
            GuestCommandLine.DEFAULT_MAC,
            GuestCommandLine.DEFAULT_ADDRESS,
            GuestCommandLine.DEFAULT_GATEWAY,
            GuestCommandLine.DEFAULT_DNS,
            GuestCommandLine.DEFAULT_PREFIX_LENGTH,
            ports));
  }

  /** Whether the disk server knows the VM. */
  public boolean isDefined(String vm) throws IOException {
    return http.text(httpPort, "/vms/" + vm).isPresent();
  }

  /** Uploads everything; the definition comes last, so that it stands for the whole. */
  public void define(VmDefinition definition, Guest guest, Progress progress) throws IOException {
    upload(definition.kernelDigest(), guest.kernel(), "uploading the kernel", progress);
    upload(definition.initramfsDigest(), guest.initramfs(), "uploading the initramfs", progress);
    redefine(definition);
    String export = ExportName.plain(definition.name(), ROOT_DISK).toString();
    try (Transport transport = new Transport("import", 1);
        Progress.Step step =
            progress.step("importing the root disk", guest.rootDisk().toFile().length())) {
      EventLoopGroup group = transport.eventLoops();
      new RawImages(group, nbd, export)
          .importFrom(guest.rootDisk(), (done, total) -> step.advanceTo(done));
    }
  }

  /** Puts the definition alone: kernel, initramfs and disks are there and stay. */
  public void redefine(VmDefinition definition) throws IOException {
    http.put(httpPort, "/vms/" + definition.name(), DefinitionCodec.toJson(definition));
  }

  /**
   * The same for a VM none of whose VMMs is left. Whoever is recorded live has not resigned, and is
   * deposed: its lease must be over.
   */
  public void redefineAbandoned(VmDefinition definition) throws IOException {
    long epoch =
        http.status(httpPort)
            .map(status -> Lease.known(status, definition.name()).path("epoch").asLong())
            .orElse(0L);
    http.put(
        httpPort,
        "/vms/%s?depose=%d".formatted(definition.name(), epoch),
        DefinitionCodec.toJson(definition));
  }

  private void upload(String digest, Path file, String title, Progress progress)
      throws IOException {
    try (Progress.Step step = progress.step(title, file.toFile().length())) {
      if (!http.has(httpPort, "/blobs/" + digest)) {
        http.put(httpPort, "/blobs/" + digest, file);
      }
      step.advanceTo(file.toFile().length());
    }
  }

  private static String digest(Map<String, FileDescription> files, Path file) {
    return description(files, file).sha256();
  }

  private static long size(Map<String, FileDescription> files, Path file) {
    return description(files, file).sizeBytes();
  }

  private static FileDescription description(Map<String, FileDescription> files, Path file) {
    FileDescription description = files.get(String.valueOf(file.getFileName()));
    if (description == null) {
      throw new IllegalStateException("guest.json does not describe " + file.getFileName());
    }
    return description;
  }
}
