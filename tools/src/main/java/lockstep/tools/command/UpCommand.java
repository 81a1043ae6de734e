package lockstep.tools.command;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import lockstep.ft.definition.VmDefinition;
import lockstep.ft.definition.VmDefinition.PublishedPort;
import lockstep.tools.StateOption;
import lockstep.tools.cluster.Cluster;
import lockstep.tools.cluster.ClusterSettings;
import lockstep.tools.cluster.GuestReady;
import lockstep.tools.cluster.ReplicaView;
import lockstep.tools.cluster.StateDirectory;
import lockstep.tools.cluster.VmSetup;
import lockstep.tools.image.Guest;
import lockstep.tools.image.GuestArchive;
import lockstep.tools.image.GuestImages;
import lockstep.tools.image.ImageException;
import lockstep.tools.image.Progress;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lockstep up}: everything on one machine. */
@Command(
    name = "up",
    description = {
      "Starts a protected guest on this machine: makes the guest if there is none, then starts disk",
      "server, client proxy and two VMMs as processes of their own. What runs already is left alone.",
      "Everything is kept in the state directory; a later start takes seconds."
    })
public final class UpCommand implements Callable<Integer> {
  private static final Duration READY_TIMEOUT = Duration.ofMinutes(5);

  @Mixin private StateOption state = new StateOption();

  @Option(
      names = "--guest",
      paramLabel = "PATH",
      description = "A guest made by `lockstep image`, as a directory or an exported file.")
  private @Nullable Path guestPath;

  @Option(
      names = "--publish",
      paramLabel = "PORT:GUEST_PORT",
      description = "Clients reach the guest's port at this one (default: the same number).")
  private List<String> publish = List.of();

  @Option(
      names = "--memory",
      paramLabel = "MIB",
      defaultValue = "0",
      description = "Guest RAM; taken when the VM is first made (default: as the guest needs).")
  private long memoryMebibytes;

  @Option(names = "--alone", description = "Start one VMM only: no backup, no protection.")
  private boolean alone;

  @Override
  public Integer call() throws IOException, ImageException {
    StateDirectory directory = state.directory();
    directory.create();
    Progress progress = Progress.onStandardError();
    Guest guest = guest(directory, progress);
    ClusterSettings settings = ClusterSettings.loadOrChoose(directory, "guest");
    try (Cluster cluster = new Cluster(directory, settings)) {
      step(progress, "starting the disk server", cluster::startDiskServer);
      VmDefinition definition = define(cluster, guest, progress);
      step(progress, "starting the client proxy", cluster::startClientProxy);
      boolean fresh = startReplicas(cluster, progress);
      if (fresh) {
        GuestReady.await(cluster, READY_TIMEOUT, progress);
      }
      printWhatNext(cluster, definition);
      return 0;
    }
  }

  private Guest guest(StateDirectory directory, Progress progress)
      throws IOException, ImageException {
    if (guestPath == null) {
      return GuestImages.ensureDefault(directory.guest(), progress);
    }
    Optional<Guest> present = Guest.open(directory.guest());
    if (present.isPresent()) {
      return present.get();
    }
    if (Files.isDirectory(guestPath)) {
      return Guest.open(guestPath)
          .orElseThrow(() -> new IOException("no finished guest in " + guestPath));
    }
    return GuestArchive.read(guestPath, directory.guest(), progress);
  }

  private VmDefinition define(Cluster cluster, Guest guest, Progress progress) throws IOException {
    ClusterSettings settings = cluster.settings();
    VmSetup setup =
        new VmSetup(
            cluster.http(),
            settings.diskHttpPort(),
            InetSocketAddress.createUnresolved("127.0.0.1", settings.nbdPort()));
    // The marker stands for a whole import: a disk half written by an interrupted one is made anew.
    Path marker = cluster.state().root().resolve("defined");
    if (!Files.exists(marker)) {
      setup.define(
          VmSetup.definition(settings.vm(), guest, Published.parse(publish), memoryMebibytes << 20),
          guest,
          progress);
      Files.writeString(marker, settings.vm() + "\n");
    }
    return Published.definition(cluster);
  }

  /** Starts what is missing of the pair; true if the guest starts with it. */
  private boolean startReplicas(Cluster cluster, Progress progress) throws IOException {
    Optional<ReplicaView> live = cluster.live();
    if (live.isPresent()) {
      if (cluster.backup().isEmpty() && !alone) {
        System.out.printf(
            "The guest runs alone in %s: a running guest gets no new backup yet.%n"
                + "A fresh pair: lockstep down, then lockstep up.%n",
            live.get().process().name());
      }
      return false;
    }
    int replicas = alone ? 1 : cluster.settings().replicas().size();
    for (int i = 0; i < replicas; i++) {
      int index = i;
      step(
          progress,
          "starting VMM " + (i + 1),
          () -> cluster.startReplica(index, alone ? List.of("--alone") : List.of()));
    }
    return true;
  }

  private static void printWhatNext(Cluster cluster, VmDefinition definition) throws IOException {
    boolean isProtected = cluster.backup().isPresent();
    System.out.printf(
        "%nThe guest is up%s. Everything is kept in %s%n%nTry:%n",
        isProtected ? " and protected" : "", cluster.state().root());
    for (PublishedPort port : definition.network().published()) {
      if (port.guestPort() == 6379) {
        System.out.printf("  redis-cli -p %d set a 1%n", port.port());
        System.out.println("  lockstep kill primary        # kill -9; the backup goes live");
        System.out.printf("  redis-cli -p %d get a%n", port.port());
      } else {
        System.out.printf("  127.0.0.1:%d is the guest's port %d%n", port.port(), port.guestPort());
      }
    }
    System.out.println("  lockstep demo                # the same as a story; needs only Java");
    System.out.println("  lockstep status | lockstep console | lockstep down");
  }

  private interface Action {
    void run() throws IOException;
  }

  private static void step(Progress progress, String title, Action action) throws IOException {
    try (Progress.Step _ = progress.step(title, 0)) {
      action.run();
    }
  }
}
