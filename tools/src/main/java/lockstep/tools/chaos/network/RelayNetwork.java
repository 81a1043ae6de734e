package lockstep.tools.chaos.network;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import lockstep.tools.cluster.ClusterNetwork;
import lockstep.tools.cluster.ClusterNetwork.Place;
import lockstep.tools.cluster.ClusterNetwork.Ways;
import lockstep.tools.cluster.ClusterSettings;

/** All servers are on loopback, and their wires are {@link Relay}s. */
final class RelayNetwork implements StormNetwork {
  private final List<RelayedVmm> vmms = new ArrayList<>();
  private final Relay proxyToArbiter;
  private final String text;

  /** The relays around one VMM. */
  private record RelayedVmm(Relay disks, Relay arbiter, Relay proxy, Relay log) {
    private Ways ways() {
      return new Ways(disks.port(), arbiter.port(), proxy.port(), log.port());
    }

    private Wires wires() {
      return new Wires(disks, arbiter, proxy, log);
    }

    private List<Relay> all() {
      return List.of(disks, arbiter, proxy, log);
    }
  }

  /**
   * @param text what it is, and why it is that
   */
  RelayNetwork(ClusterSettings settings, String text) throws IOException {
    for (int i = 0; i < settings.replicas().size(); i++) {
      Ways direct = Ways.direct(settings, i);
      vmms.add(
          new RelayedVmm(
              new Relay(direct.nbdPort()),
              new Relay(direct.arbiterPort()),
              new Relay(direct.proxyPort()),
              new Relay(direct.logPort())));
    }
    this.proxyToArbiter = new Relay(settings.arbiterPort());
    this.text = text;
  }

  @Override
  public ClusterNetwork cluster() {
    return new ClusterNetwork(
        _ -> Place.LOOPBACK, index -> vmms.get(index).ways(), proxyToArbiter.port());
  }

  @Override
  public Wires wires(int index) {
    return vmms.get(index).wires();
  }

  /** A relay does not know who dials: the other VMMs' log channels with each other are held too. */
  @Override
  public Wire allWires(int index) {
    List<Wire> wires = new ArrayList<>(vmms.get(index).all());
    for (RelayedVmm vmm : vmms) {
      if (!wires.contains(vmm.log)) {
        wires.add(vmm.log);
      }
    }
    return new WireBundle(wires);
  }

  @Override
  public Wire proxyToArbiter() {
    return proxyToArbiter;
  }

  @Override
  public void mend() {
    vmms.forEach(vmm -> vmm.all().forEach(Relay::mend));
    proxyToArbiter.mend();
  }

  @Override
  public String text() {
    return text;
  }

  @Override
  public void close() throws IOException {
    for (RelayedVmm vmm : vmms) {
      for (Relay relay : vmm.all()) {
        relay.close();
      }
    }
    proxyToArbiter.close();
  }
}
