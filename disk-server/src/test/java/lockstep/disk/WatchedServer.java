package lockstep.disk;

import com.codahale.metrics.MetricRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import lockstep.disk.arbiter.ArbiterServer;
import lockstep.disk.nbd.NbdServer;
import lockstep.disk.nbd.WatchedStore;
import lockstep.disk.store.DataDirectory;
import lockstep.disk.store.StoreKind;
import lockstep.disk.vm.Disks;
import lockstep.disk.vm.Fence;
import lockstep.disk.vm.Vms;
import lockstep.ft.arbiter.ArbiterReplyCodec;
import lockstep.ft.arbiter.ArbiterRequestCodec;
import lockstep.ft.arbiter.ArbiterRules;
import lockstep.ft.definition.VmDefinition;
import lockstep.ft.nbd.ExportName;
import lockstep.ft.net.Transport;

/** The disks and the arbiter of the usual VM, served over a store of which a test hears. */
final class WatchedServer implements AutoCloseable {
  private static final int STORE_BYTES = 32 << 20;

  private final Transport transport = new Transport("watched-server", 2);
  private final DataDirectory data;
  private final Vms vms;
  private final NbdServer nbd;
  private final ArbiterServer arbiter;

  WatchedServer(Path directory, StoreKind store, WatchedStore.Watcher watcher) throws IOException {
    data = DataDirectory.open(directory, Optional.of(store), STORE_BYTES);
    Disks disks = new Disks(data.control(), data.blocks());
    ArbiterRules rules = new ArbiterRules(ArbiterRules.LEASE_MILLIS_DEFAULT);
    vms = new Vms(data.control(), disks, rules, System::nanoTime);
    var _ = vms.define(TestVm.definition(TestVm.DISK_BYTES), OptionalLong.empty());
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    MetricRegistry metrics = new MetricRegistry();
    nbd =
        new NbdServer(
            transport.eventLoops(),
            any,
            vms,
            disks,
            WatchedStore.watched(data.blocks(), watcher),
            1,
            Optional.empty(),
            metrics);
    arbiter = new ArbiterServer(transport, any, vms, System::nanoTime, metrics);
  }

  Fence fence() {
    return vms.get(TestVm.NAME).orElseThrow().fence();
  }

  TestAttach plain() {
    return attach(ExportName.plain(TestVm.NAME, TestVm.DISK));
  }

  TestAttach vmm(long epoch) {
    return attach(ExportName.held(TestVm.NAME, TestVm.DISK, epoch));
  }

  private TestAttach attach(ExportName export) {
    return new TestAttach(transport.eventLoops(), nbd.address(), export);
  }

  /** Defines one more VM. */
  void define(VmDefinition definition) throws IOException {
    var _ = vms.define(definition, OptionalLong.empty());
  }

  ServerFixture.ArbiterClient arbiter() {
    return arbiter(TestVm.NAME);
  }

  ServerFixture.ArbiterClient arbiter(String vm) {
    ServerFixture.ArbiterClient client = new ServerFixture.ArbiterClient(vm);
    transport.dial(arbiter.address(), new ArbiterReplyCodec(), new ArbiterRequestCodec(), client);
    return client;
  }

  @Override
  public void close() {
    arbiter.close();
    nbd.close();
    transport.close();
    data.close();
  }
}
