package lockstep.tools.cluster;

import java.io.IOException;
import java.util.Locale;
import java.util.Optional;

/** A server named by what it is now, as people name it on the command line. */
public enum Target {
  PRIMARY,
  BACKUP,
  DISK_SERVER,
  CLIENT_PROXY;

  /** The process that is it now; empty if none is. */
  public Optional<ServerProcess> find(Cluster cluster) throws IOException {
    return switch (this) {
      case PRIMARY -> cluster.live().map(ReplicaView::process);
      case BACKUP -> cluster.backup().map(ReplicaView::process);
      case DISK_SERVER -> Optional.of(cluster.diskServer()).filter(Target::runs);
      case CLIENT_PROXY -> Optional.of(cluster.clientProxy()).filter(Target::runs);
    };
  }

  private static boolean runs(ServerProcess process) {
    try {
      return process.running().isPresent();
    } catch (IOException _) {
      return false; // its file can't be read: as good as not there
    }
  }

  /** As written on the command line. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
