package lockstep.tools.chaos;

import java.io.IOException;
import lockstep.tools.cluster.Cluster;
import lockstep.tools.cluster.ClusterSettings;

/** The wires of one VMM: those by which it reaches the other servers, and its log channel's. */
record Wires(Relay disks, Relay arbiter, Relay proxy, Relay log) implements AutoCloseable {

  static Wires of(ClusterSettings settings, int index) throws IOException {
    Cluster.Ways direct = Cluster.Ways.direct(settings, index);
    return new Wires(
        new Relay(direct.nbdPort()),
        new Relay(direct.arbiterPort()),
        new Relay(direct.proxyPort()),
        new Relay(direct.logPort()));
  }

  Cluster.Ways ways() {
    return new Cluster.Ways(disks.port(), arbiter.port(), proxy.port(), log.port());
  }

  /** Lets everything pass again. */
  void mend() {
    disks.mend();
    arbiter.mend();
    proxy.mend();
    log.mend();
  }

  @Override
  public void close() throws IOException {
    disks.close();
    arbiter.close();
    proxy.close();
    log.close();
  }
}
