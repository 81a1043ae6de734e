package lockstep.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import com.codahale.metrics.MetricRegistry;
import io.netty.channel.EventLoop;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import lockstep.ft.definition.VmDefinition;
import lockstep.ft.net.Transport;
import lockstep.proxy.guest.GuestNetwork;
import lockstep.proxy.guest.OutboundPolicy;
import lockstep.proxy.guest.OwnHosts;
import lockstep.proxy.guest.ProxyLimits;
import lockstep.proxy.net.FrameReader;
import lockstep.proxy.net.FrameWriter;
import lockstep.proxy.net.MacAddress;
import lockstep.proxy.net.Packet;
import lockstep.proxy.net.Slice;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The guest's questions while the host's resolver comes, goes and moves. */
@Timeout(60)
final class DnsForwardingTest {
  /** A connect to it fails: the permission to broadcast was not asked for. */
  private static final InetSocketAddress UNREACHABLE = new InetSocketAddress("255.255.255.255", 53);

  private final Transport transport = new Transport("test", 1);
  private final EventLoop loop = transport.eventLoops().next();
  private final AtomicLong nowNanos = new AtomicLong();
  private final AtomicReference<Optional<InetSocketAddress>> resolver =
      new AtomicReference<>(Optional.empty());
  private final List<Packet> toGuest = new CopyOnWriteArrayList<>();
  private final FrameWriter frames =
      new FrameWriter(MacAddress.parse(FakeGuest.MAC), MacAddress.parse("02:4c:53:00:00:01"), true);

  @AfterEach
  void close() {
    transport.close();
  }

  private GuestNetwork network() {
    GuestNetwork network =
        new GuestNetwork(
            new VmDefinition.Network(
                FakeGuest.MAC, "10.0.2.15", "10.0.2.2", "10.0.2.3", 24, List.of()),
            ProxyLimits.DEFAULT,
            OutboundPolicy.DENY,
            new OwnHosts(),
            resolver::get,
            loop,
            nowNanos::get,
            frame -> toGuest.add(FrameReader.read(frame)),
            new MetricRegistry());
    var _ = loop.submit(network::pathMoved).awaitUninterruptibly();
    return network;
  }

  private void ask(GuestNetwork network, int number) {
    byte[] question = new byte[20];
    question[19] = (byte) number;
    byte[] frame = frames.udp(FakeGuest.ADDRESS, 4000, FakeGuest.DNS, 53, Slice.of(question));
    var _ = loop.submit(() -> network.onFrame(frame)).awaitUninterruptibly();
  }

  private static DatagramSocket server() throws Exception {
    DatagramSocket server = new DatagramSocket(0, InetAddress.getLoopbackAddress());
    server.setSoTimeout(20_000);
    return server;
  }

  private void use(DatagramSocket server) {
    resolver.set(Optional.of((InetSocketAddress) server.getLocalSocketAddress()));
  }

  private void expectAnswered(DatagramSocket server, int number) throws Exception {
    toGuest.clear();
    DatagramPacket asked = new DatagramPacket(new byte[2000], 2000);
    server.receive(asked);
    assertEquals(number, asked.getData()[19]);
    server.send(asked);
    ProxyFixture.await("answered", () -> !toGuest.isEmpty());
    assertEquals(number, assertInstanceOf(Packet.Udp.class, toGuest.getFirst()).payload().u8(19));
  }

  @Test
  void aResolverThatCouldNotBeReachedIsTriedAgain() throws Exception {
    try (DatagramSocket server = server()) {
      resolver.set(Optional.of(UNREACHABLE));
      GuestNetwork network = network();
      ask(network, 1);
      use(server);
      nowNanos.addAndGet(TimeUnit.SECONDS.toNanos(2));
      ask(network, 2);
      expectAnswered(server, 2);
    }
  }

  @Test
  void whenTheHostHasAnotherResolverItIsAsked() throws Exception {
    try (DatagramSocket first = server();
        DatagramSocket second = server()) {
      GuestNetwork network = network();
      ask(network, 1);
      assertEquals(1, toGuest.size(), "port unreachable: there is none");
      use(first);
      nowNanos.addAndGet(TimeUnit.SECONDS.toNanos(2));
      ask(network, 2);
      expectAnswered(first, 2);
      use(second);
      ask(network, 3);
      expectAnswered(first, 3); // looked for once a second
      nowNanos.addAndGet(TimeUnit.SECONDS.toNanos(2));
      ask(network, 4);
      expectAnswered(second, 4);
    }
  }
}
