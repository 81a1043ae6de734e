package lockstep.tools.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import lockstep.disk.store.DataDirectory;
import lockstep.tools.cluster.Cluster;
import lockstep.tools.cluster.ClusterSettings;
import lockstep.tools.cluster.GuestReady;
import lockstep.tools.cluster.ReplicaView;
import lockstep.tools.cluster.ServerProcess;
import lockstep.tools.cluster.StateDirectory;
import lockstep.tools.cluster.VmSetup;
import lockstep.tools.image.Directories;
import lockstep.tools.image.Guest;
import lockstep.tools.image.Progress;
import lockstep.vmm.machine.Machine;

/**
 * A guest booted once and saved: its machine's state and the disk server's data of the same moment,
 * from which any number of fresh pairs can start.
 *
 * @param state the cluster in which the runs happen
 * @param machineState what {@code lockstep vmm --from-state} takes
 * @param disk the disk server's data, copied for each run
 */
record SavedGuest(StateDirectory state, Path machineState, Path disk) {
  private static final Duration SERVER_PATIENCE = Duration.ofSeconds(10);
  private static final Duration BOOT_TIMEOUT = Duration.ofMinutes(5);
  private static final String VM = "chaos";

  /**
   * The saved guest below {@code directory}; boots and saves it if there is none.
   *
   * @param publishedPort where clients reach the guest's first port
   */
  static SavedGuest ensure(Path directory, Guest guest, int publishedPort, Progress progress)
      throws IOException {
    SavedGuest saved =
        new SavedGuest(
            new StateDirectory(directory.resolve("cluster")),
            directory.resolve("machine.state"),
            directory.resolve("disk"));
    Path marker = directory.resolve("saved-for");
    // What was saved by another version of disk server or machine is of no use to this one.
    String identity =
        "%s port %d machine %d %s%n"
            .formatted(
                guest.description().recipeDigest(),
                publishedPort,
                Machine.VERSION,
                DataDirectory.FORMAT);
    if (!Files.exists(marker) || !Files.readString(marker).equals(identity)) {
      Directories.deleteTree(directory);
      saved.make(guest, publishedPort, progress);
      Files.writeString(marker, identity);
    }
    return saved;
  }

  Cluster cluster() throws IOException {
    return new Cluster(state, ClusterSettings.loadOrChoose(state, VM));
  }

  /** Puts the disk server's data back to the saved moment. */
  void resetDisk() throws IOException {
    Directories.deleteTree(state.disk());
    Directories.copyTree(disk, state.disk());
  }

  /** Copies the servers' logs, which the next run replaces, to {@code place}; returns that. */
  Path keepLogs(Path place) throws IOException {
    Directories.deleteTree(place);
    Directories.copyTree(state.logs(), place);
    return place;
  }

  private void make(Guest guest, int publishedPort, Progress progress) throws IOException {
    state.create();
    try (Cluster cluster = cluster()) {
      ClusterSettings settings = cluster.settings();
      cluster.startDiskServer();
      int guestPort = guest.description().ports().getFirst();
      VmSetup.of(cluster)
          .define(
              VmSetup.definition(settings.vm(), guest, Map.of(guestPort, publishedPort), 0),
              guest,
              progress);
      cluster.startClientProxy();
      cluster.startReplica(0, List.of("--alone"));
      GuestReady.await(cluster, BOOT_TIMEOUT, progress);
      try (Progress.Step _ = progress.step("saving the guest", 0)) {
        save(cluster);
      } finally {
        stopAll(cluster);
      }
    }
    Directories.copyTree(state.disk(), disk);
  }

  private void save(Cluster cluster) throws IOException {
    ReplicaView live =
        cluster.live().orElseThrow(() -> new IOException("the guest has ended while it booted"));
    Path saved = Path.of(cluster.http().post(live.ports().httpPort(), "/suspend").strip());
    live.process().awaitEnd(SERVER_PATIENCE);
    Files.move(saved, machineState, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Ends every server of the cluster; the disk server as it would end by itself. */
  static void stopAll(Cluster cluster) throws IOException {
    for (ServerProcess process : cluster.processes().reversed()) {
      if (process.name().equals(Cluster.DISK_SERVER)) {
        process.stop(SERVER_PATIENCE);
      } else {
        process.signal("KILL");
        process.awaitEnd(SERVER_PATIENCE);
      }
    }
  }
}
