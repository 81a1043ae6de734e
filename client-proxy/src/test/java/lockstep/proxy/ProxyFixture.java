package lockstep.proxy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import lockstep.ft.definition.DefinitionCodec;
import lockstep.ft.definition.VmDefinition;
import lockstep.ft.definition.VmDefinition.PublishedPort;
import lockstep.ft.net.Transport;
import lockstep.proxy.guest.OutboundPolicy;
import lockstep.proxy.guest.ProxyLimits;

/** A proxy on free ports, a guest, and replicas to run it. */
final class ProxyFixture implements AutoCloseable {
  private static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(20);
  private static final int CLOSED_PORT = 99;

  static final VmDefinition DEFINITION =
      new VmDefinition(
          "web",
          64 << 20,
          1,
          1000,
          "0".repeat(64),
          "",
          "",
          List.of(),
          new VmDefinition.Network(
              FakeGuest.MAC,
              "10.0.2.15",
              "10.0.2.2",
              "10.0.2.3",
              24,
              List.of(
                  new PublishedPort(0, FakeGuest.ECHO),
                  new PublishedPort(0, FakeGuest.DEAF),
                  new PublishedPort(0, FakeGuest.COUNT),
                  new PublishedPort(0, FakeGuest.FLOOD),
                  new PublishedPort(0, FakeGuest.RESETTING),
                  new PublishedPort(0, CLOSED_PORT))));
  final VmDefinition definition = DEFINITION;
  final FakeGuest guest = new FakeGuest();
  final Transport transport = new Transport("replicas", 1);
  final ClientProxy proxy;
  private final ScheduledExecutorService ticker = Executors.newSingleThreadScheduledExecutor();
  private long nextReplica = 1;

  ProxyFixture() throws IOException {
    this(OutboundPolicy.ALLOW, Optional.empty(), ProxyLimits.DEFAULT);
  }

  ProxyFixture(OutboundPolicy outbound, Optional<InetSocketAddress> resolver, ProxyLimits limits)
      throws IOException {
    proxy = ClientProxy.start(options(outbound, resolver, limits), DEFINITION);
    var _ = ticker.scheduleAtFixedRate(guest::tick, 5, 5, TimeUnit.MILLISECONDS);
  }

  /** Free ports of loopback; no disk server and no arbiter. */
  static ClientProxyOptions options(
      OutboundPolicy outbound, Optional<InetSocketAddress> resolver, ProxyLimits limits) {
    InetSocketAddress free = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    InetSocketAddress nobody = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
    return new ClientProxyOptions(
        "web",
        nobody,
        nobody,
        free,
        InetAddress.getLoopbackAddress(),
        free,
        outbound,
        resolver,
        limits,
        Duration.ZERO);
  }

  FakeReplica dial() throws InterruptedException {
    return FakeReplica.dial(
            transport, proxy.linkAddress(), DefinitionCodec.digest(definition), nextReplica++)
        .ready();
  }

  /** A replica that is live with the guest. */
  FakeReplica live(long epoch) throws InterruptedException {
    FakeReplica replica = dial();
    replica.goLive(guest, epoch, 1);
    return replica;
  }

  Socket connect(int guestPort) throws IOException {
    InetSocketAddress address =
        proxy.published().stream()
            .filter(listener -> listener.guestPort() == guestPort)
            .findFirst()
            .orElseThrow()
            .address();
    Socket socket = new Socket(address.getAddress(), address.getPort());
    socket.setSoTimeout(20_000);
    return socket;
  }

  Socket connectToClosedPort() throws IOException {
    return connect(CLOSED_PORT);
  }

  static void await(String what, BooleanSupplier condition) throws InterruptedException {
    long endNanos = System.nanoTime() + WAIT_NANOS;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - endNanos >= 0) {
        throw new AssertionError("never: " + what);
      }
      Thread.sleep(5);
    }
  }

  @Override
  public void close() {
    ticker.shutdownNow();
    proxy.close();
    transport.close();
  }
}
