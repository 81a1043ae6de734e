package lockstep.proxy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import lockstep.proxy.guest.OutboundPolicy;
import lockstep.proxy.guest.ProxyLimits;
import lockstep.proxy.net.FrameWriter;
import lockstep.proxy.net.Ipv4Address;
import lockstep.proxy.net.Packet;
import lockstep.proxy.net.Slice;
import lockstep.proxy.net.TcpOptions;
import lockstep.proxy.net.TcpSegment;
import lockstep.proxy.tcp.TcpEffect.Cause;
import lockstep.proxy.tcp.TcpLimits;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the guest can do by itself: connect outwards, resolve names, ping, talk nonsense. */
@Timeout(60)
final class GuestOutwardsTest {

  private static ProxyFixture loopbackAsGateway() throws Exception {
    return new ProxyFixture(
        OutboundPolicy.LOOPBACK_AS_GATEWAY, Optional.empty(), ProxyLimits.DEFAULT);
  }

  @Test
  void theGuestConnectsOutwards() throws Exception {
    try (ProxyFixture f = loopbackAsGateway();
        ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      var _ = f.live(1);
      FakeGuest.Connection connection = f.guest.connect(FakeGuest.GATEWAY, server.getLocalPort());
      byte[] request = new byte[200_000];
      new Random(1).nextBytes(request);
      try (Socket accepted = server.accept()) {
        ProxyFixture.await("established", connection::established);
        connection.write(request);
        assertArrayEquals(request, accepted.getInputStream().readNBytes(request.length));
        accepted.getOutputStream().write(request);
        accepted.shutdownOutput();
        ProxyFixture.await("end of input", connection::peerClosed);
        assertArrayEquals(request, connection.received());
        connection.shutdown();
        assertEquals(-1, accepted.getInputStream().read());
      }
    }
  }

  @Test
  void aRefusedConnectIsRefused() throws Exception {
    try (ProxyFixture f = loopbackAsGateway()) {
      var _ = f.live(1);
      int port;
      try (ServerSocket gone = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
        port = gone.getLocalPort();
      }
      FakeGuest.Connection connection = f.guest.connect(FakeGuest.GATEWAY, port);
      ProxyFixture.await("refused", () -> connection.broken().isPresent());
      assertEquals(Optional.of(Cause.REFUSED), connection.broken());
    }
  }

  @Test
  void theHostsLoopbackIsOutOfReachByDefault() throws Exception {
    try (ProxyFixture f = new ProxyFixture();
        ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      var _ = f.live(1);
      for (String address : List.of("10.0.2.2", "127.0.0.1", "169.254.169.254", "0.0.0.0")) {
        FakeGuest.Connection connection =
            f.guest.connect(Ipv4Address.parse(address), server.getLocalPort());
        ProxyFixture.await(address + " refused", () -> connection.broken().isPresent());
        assertEquals(Optional.of(Cause.REFUSED), connection.broken());
      }
    }
  }

  @Test
  void theHostsOwnAddressesAreRefusedAndSoAreTheProxysOwnPorts() throws Exception {
    Optional<InetAddress> own =
        NetworkInterface.networkInterfaces()
            .flatMap(NetworkInterface::inetAddresses)
            .filter(Inet4Address.class::isInstance)
            .filter(address -> !address.isLoopbackAddress())
            .findFirst();
    assumeTrue(own.isPresent(), "this host has an address besides loopback");
    try (ProxyFixture f = loopbackAsGateway();
        ServerSocket server = new ServerSocket(0, 5, own.get())) {
      var _ = f.live(1);
      Ipv4Address host = Ipv4Address.of((Inet4Address) own.get());
      List<FakeGuest.Connection> attempts =
          List.of(
              f.guest.connect(host, server.getLocalPort()),
              f.guest.connect(FakeGuest.GATEWAY, f.proxy.linkAddress().getPort()),
              f.guest.connect(FakeGuest.GATEWAY, f.proxy.httpAddress().getPort()));
      for (FakeGuest.Connection attempt : attempts) {
        ProxyFixture.await("refused", () -> attempt.broken().isPresent());
        assertEquals(Optional.of(Cause.REFUSED), attempt.broken());
        assertFalse(attempt.established());
      }
    }
  }

  private static byte[] segment(FakeGuest guest, int from, int to, int sequence, int flags) {
    TcpSegment segment =
        new TcpSegment(from, to, sequence, 0, flags, 1000, TcpOptions.NONE, Slice.EMPTY);
    return guest.frames().tcp(FakeGuest.ADDRESS, FakeGuest.GATEWAY, segment, 1460);
  }

  @Test
  void aConnectThatTheGuestGivesUpIsGivenUp() throws Exception {
    ProxyLimits patient = new ProxyLimits(TcpLimits.DEFAULT, 1, 16, 64 << 20, 32 << 10, 120_000, 4);
    InetAddress loopback = InetAddress.getLoopbackAddress();
    try (ProxyFixture f =
            new ProxyFixture(OutboundPolicy.LOOPBACK_AS_GATEWAY, Optional.empty(), patient);
        ServerSocket busy = new ServerSocket(0, 1, loopback);
        Socket _ = new Socket(loopback, busy.getLocalPort());
        Socket _ = new Socket(loopback, busy.getLocalPort())) {
      var _ = f.live(1);
      int to = busy.getLocalPort(); // its backlog is full: who connects now waits
      f.guest.send(segment(f.guest, 4000, to, 100, TcpSegment.SYN));
      assumeTrue(HostSockets.canBeSeen());
      ProxyFixture.await("connecting", () -> HostSockets.connecting(to) == 1);
      f.guest.send(segment(f.guest, 4000, to, 101, TcpSegment.RST));
      ProxyFixture.await("given up", () -> HostSockets.connecting(to) == 0);
      f.guest.send(segment(f.guest, 4001, to, 100, TcpSegment.SYN));
      ProxyFixture.await("another has the room", () -> HostSockets.connecting(to) == 1);
      f.guest.reboot();
      f.dial().goLive(f.guest, 2, 2);
      ProxyFixture.await("a new guest wants none", () -> HostSockets.connecting(to) == 0);
    }
  }

  @Test
  void anOldSynComeAgainConnectsToNobody_rfc9293_3_6_1() throws Exception {
    try (ProxyFixture f = loopbackAsGateway();
        ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      var _ = f.live(1);
      FakeGuest.Connection connection = f.guest.connect(FakeGuest.GATEWAY, server.getLocalPort());
      server.accept().close(); // so the proxy closes first, and waits
      ProxyFixture.await("end of input", connection::peerClosed);
      connection.shutdown();
      ProxyFixture.await("time-wait", () -> f.proxy.status().fill().lingering() == 1);
      server.setSoTimeout(500);
      int port = server.getLocalPort();
      int from = connection.localPort();
      int initial = FakeGuest.initialSequence(from);
      f.guest.send(segment(f.guest, from, port, initial, TcpSegment.SYN));
      assertThrows(SocketTimeoutException.class, server::accept);
      server.setSoTimeout(20_000);
      f.guest.send(segment(f.guest, from, port, initial + 1_000_000, TcpSegment.SYN));
      server.accept().close();
    }
  }

  @Test
  void questionsGoToTheResolverAndAnswersComeBack() throws Exception {
    try (DatagramSocket resolver = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        ProxyFixture f =
            new ProxyFixture(
                OutboundPolicy.DENY,
                Optional.of((InetSocketAddress) resolver.getLocalSocketAddress()),
                ProxyLimits.DEFAULT)) {
      resolver.setSoTimeout(10_000);
      var _ = f.live(1);
      ProxyFixture.await("live", () -> !f.proxy.status().live().isEmpty());
      byte[] question = new byte[30];
      question[0] = 0x12;
      question[1] = 0x34;
      question[29] = 9;
      f.guest.send(
          f.guest.frames().udp(FakeGuest.ADDRESS, 4000, FakeGuest.DNS, 53, Slice.of(question)));
      DatagramPacket asked = new DatagramPacket(new byte[2000], 2000);
      resolver.receive(asked);
      assertEquals(30, asked.getLength());
      assertEquals(9, asked.getData()[29]);
      byte[] small = Arrays.copyOf(asked.getData(), 40);
      small[2] |= (byte) 0x80;
      resolver.send(new DatagramPacket(small, 40, asked.getSocketAddress()));
      Packet.Udp answer = awaitUdp(f);
      assertEquals(FakeGuest.DNS, answer.source());
      assertEquals(4000, answer.destinationPort());
      assertEquals(40, answer.payload().length());
      assertEquals(0x1234, answer.payload().u16(0));
    }
  }

  @Test
  void anAnswerTooLargeForADatagramIsMarkedTruncated() throws Exception {
    try (DatagramSocket resolver = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        ProxyFixture f =
            new ProxyFixture(
                OutboundPolicy.DENY,
                Optional.of((InetSocketAddress) resolver.getLocalSocketAddress()),
                ProxyLimits.DEFAULT)) {
      resolver.setSoTimeout(10_000);
      var _ = f.live(1);
      ProxyFixture.await("live", () -> !f.proxy.status().live().isEmpty());
      f.guest.send(
          f.guest.frames().udp(FakeGuest.ADDRESS, 4000, FakeGuest.DNS, 53, Slice.of(new byte[20])));
      DatagramPacket asked = new DatagramPacket(new byte[2000], 2000);
      resolver.receive(asked);
      byte[] large = Arrays.copyOf(asked.getData(), 3000);
      resolver.send(new DatagramPacket(large, 3000, asked.getSocketAddress()));
      Packet.Udp answer = awaitUdp(f);
      assertEquals(20, answer.payload().length());
      assertEquals(0x82, answer.payload().u8(2));
    }
  }

  private static Packet.Udp awaitUdp(ProxyFixture f) throws InterruptedException {
    List<Packet> got = new ArrayList<>();
    ProxyFixture.await(
        "an answer",
        () -> {
          got.addAll(f.guest.others());
          return !got.isEmpty();
        });
    return assertInstanceOf(Packet.Udp.class, got.getFirst());
  }

  @Test
  void noFrameHarmsTheProxy() throws Exception {
    try (ProxyFixture f = loopbackAsGateway()) {
      FakeReplica replica = f.live(1);
      Random random = new Random(11);
      FrameWriter frames = f.guest.frames();
      for (int i = 0; i < 20_000; i++) {
        byte[] frame = randomFrame(frames, random);
        for (int flips = random.nextInt(4); flips > 0; flips--) {
          frame[random.nextInt(frame.length)] = (byte) random.nextInt();
        }
        replica.frame(random.nextInt(10) == 0 ? Arrays.copyOf(frame, random.nextInt(60)) : frame);
      }
      try (Socket socket = f.connect(FakeGuest.ECHO)) {
        socket.getOutputStream().write(5);
        assertEquals(5, socket.getInputStream().read());
      }
      assertTrue(f.proxy.status().links() == 1);
    }
  }

  /** Any segment, to an address that nobody is connected to: port 1 of loopback refuses. */
  private static byte[] randomFrame(FrameWriter frames, Random random) {
    byte[] payload = new byte[random.nextInt(200)];
    random.nextBytes(payload);
    if (random.nextInt(4) == 0) {
      return frames.udp(
          FakeGuest.ADDRESS, random.nextInt(65536), FakeGuest.DNS, 54, Slice.of(payload));
    }
    TcpSegment segment =
        new TcpSegment(
            FakeGuest.ECHO,
            32_768 + random.nextInt(30_000),
            random.nextInt(),
            random.nextInt(),
            random.nextInt(32) & ~(random.nextInt(20) == 0 ? 0 : TcpSegment.SYN),
            random.nextInt(65536),
            TcpOptions.NONE,
            Slice.of(payload));
    return frames.tcp(FakeGuest.ADDRESS, FakeGuest.GATEWAY, segment, 1460);
  }
}
