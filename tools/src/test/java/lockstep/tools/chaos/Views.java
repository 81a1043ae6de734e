package lockstep.tools.chaos;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.Optional;
import lockstep.tools.cluster.ClusterSettings.ReplicaPorts;
import lockstep.tools.cluster.ReplicaView;
import lockstep.tools.cluster.ServerProcess;
import lockstep.tools.cluster.ServerProcess.Running;
import lockstep.tools.cluster.StateDirectory;

/** VMMs as they may say that they are. */
final class Views {
  private Views() {}

  static ReplicaView live(String process, String replica, String role, long epoch, String peer) {
    return view(process, replica, role, true, epoch, peer);
  }

  static ReplicaView backup(String process, String replica, long epoch) {
    return view(process, replica, "BACKUP", false, epoch, "");
  }

  static ReplicaView stopped(String process) {
    return new ReplicaView(
        process(process),
        new ReplicaPorts(1, 2, 3),
        Optional.of(new Running(42, true)),
        Optional.empty());
  }

  private static ReplicaView view(
      String process, String replica, String role, boolean live, long epoch, String peer) {
    ObjectNode status = JsonNodeFactory.instance.objectNode();
    status.put("replica", replica).put("role", role).put("live", live);
    status.put("epoch", epoch).put("peer", peer);
    return new ReplicaView(
        process(process),
        new ReplicaPorts(1, 2, 3),
        Optional.of(new Running(42, false)),
        Optional.of(status));
  }

  private static ServerProcess process(String name) {
    return new ServerProcess(new StateDirectory(Path.of("nowhere")), name);
  }
}
