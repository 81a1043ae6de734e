package lockstep.tools.cluster;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** A server named by what it is now, as people name it on the command line. */
public enum Target {
  PRIMARY,
  BACKUP,
  DISK_SERVER,
  CLIENT_PROXY;

  /**
   * The process that {@code name} means now.
   *
   * @param name a target's, or a process's own
   * @throws IOException if nothing has that name, or nobody is that now
   */
  public static ServerProcess find(String name, Cluster cluster) throws IOException {
    for (Target target : values()) {
      if (target.toString().equals(name)) {
        return target
            .find(cluster)
            .orElseThrow(() -> new IOException("there is no " + name + " right now"));
      }
    }
    List<String> known = new ArrayList<>(Stream.of(values()).map(Target::toString).toList());
    for (ServerProcess process : cluster.processes()) {
      if (process.name().equals(name)) {
        return process;
      }
      if (!known.contains(process.name())) {
        known.add(process.name());
      }
    }
    throw new IOException("no server is named %s; %s".formatted(name, String.join(", ", known)));
  }

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
