package lockstep.proxy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import lockstep.proxy.guest.OutboundPolicy;
import lockstep.proxy.guest.ProxyLimits;
import lockstep.proxy.tcp.TcpEffect;
import lockstep.proxy.tcp.TcpLimits;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients through a real proxy to a guest with a TCP stack of its own. */
@Timeout(60)
final class ClientProxyTest {

  private interface Io {
    void run() throws Exception;
  }

  /** Runs on a thread of its own: the common pool may have one thread only. */
  private static CompletableFuture<Void> meanwhile(Io io) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    Thread.startVirtualThread(
        () -> {
          try {
            io.run();
            done.complete(null);
          } catch (Throwable e) {
            done.completeExceptionally(e);
          }
        });
    return done;
  }

  /** Sends {@code bytes} random bytes to an echo and compares what comes back. */
  private static void echo(Socket socket, int bytes, long seed) throws Exception {
    byte[] data = new byte[bytes];
    new Random(seed).nextBytes(data);
    CompletableFuture<Void> writing = meanwhile(() -> socket.getOutputStream().write(data));
    byte[] back = new byte[bytes];
    new DataInputStream(socket.getInputStream()).readFully(back);
    writing.join();
    assertArrayEquals(data, back);
  }

  @Test
  void bytesGoThereAndBack() throws Exception {
    try (ProxyFixture f = new ProxyFixture()) {
      var _ = f.live(1);
      try (Socket socket = f.connect(FakeGuest.ECHO)) {
        for (int i = 1; i <= 50; i++) {
          echo(socket, i * 7, i);
        }
        echo(socket, 8 << 20, 99);
      }
    }
  }

  @Test
  void manyConnectionsAtOnce() throws Exception {
    try (ProxyFixture f = new ProxyFixture()) {
      var _ = f.live(1);
      Socket[] sockets = new Socket[100];
      for (int i = 0; i < sockets.length; i++) {
        sockets[i] = f.connect(FakeGuest.ECHO);
      }
      for (int i = 0; i < sockets.length; i++) {
        echo(sockets[i], 10_000, i);
      }
      for (Socket socket : sockets) {
        socket.close();
      }
      ProxyFixture.await("all closed", () -> f.proxy.status().fill().connections() == 0);
    }
  }

  @Test
  void aHalfClosePassesAndTheOtherDirectionGoesOn() throws Exception {
    try (ProxyFixture f = new ProxyFixture()) {
      var _ = f.live(1);
      try (Socket socket = f.connect(FakeGuest.COUNT)) {
        socket.getOutputStream().write(new byte[300_000]);
        socket.shutdownOutput();
        byte[] answer = socket.getInputStream().readAllBytes();
        assertEquals("300000", new String(answer, StandardCharsets.UTF_8));
      }
    }
  }

  @Test
  void theGuestsCloseIsTheClientsEndOfInput() throws Exception {
    try (ProxyFixture f = new ProxyFixture()) {
      var _ = f.live(1);
      try (Socket socket = f.connect(FakeGuest.FLOOD)) {
        expectFlood(socket.getInputStream());
      }
    }
  }

  private static void expectFlood(InputStream in) throws IOException {
    byte[] all = in.readAllBytes();
    assertEquals(FakeGuest.FLOOD_BYTES, all.length);
    for (int i = 0; i < all.length; i++) {
      if (all[i] != FakeGuest.content(i)) {
        throw new AssertionError("byte " + i);
      }
    }
  }

  @Test
  void aPortClosedInTheGuestResetsTheClient() throws Exception {
    try (ProxyFixture f = new ProxyFixture()) {
      var _ = f.live(1);
      try (Socket socket = f.connectToClosedPort()) {
        assertThrows(SocketException.class, () -> socket.getInputStream().read());
      }
    }
  }

  @Test
  void theGuestsResetReachesTheClient() throws Exception {
    try (ProxyFixture f = new ProxyFixture()) {
      var _ = f.live(1);
      try (Socket socket = f.connect(FakeGuest.RESETTING)) {
        socket.getOutputStream().write(1);
        assertThrows(SocketException.class, () -> socket.getInputStream().read());
      }
    }
  }

  @Test
  void theClientsResetReachesTheGuest() throws Exception {
    try (ProxyFixture f = new ProxyFixture()) {
      var _ = f.live(1);
      Socket socket = f.connect(FakeGuest.ECHO);
      echo(socket, 10, 1);
      socket.setSoLinger(true, 0);
      socket.close();
      FakeGuest.Connection connection = f.guest.only().orElseThrow();
      ProxyFixture.await("reset", () -> connection.broken().isPresent());
      assertEquals(Optional.of(TcpEffect.Cause.RESET_BY_PEER), connection.broken());
    }
  }

  @Test
  void aSlowClientStopsTheGuestAndFillsNoMemory() throws Exception {
    try (ProxyFixture f = new ProxyFixture()) {
      var _ = f.live(1);
      try (Socket socket = f.connect(FakeGuest.FLOOD)) {
        ProxyFixture.await("the guest began", () -> f.guest.only().isPresent());
        FakeGuest.Connection connection = f.guest.only().orElseThrow();
        long before = -1;
        while (connection.flooded() != before) {
          before = connection.flooded();
          Thread.sleep(300);
        }
        assertTrue(before < FakeGuest.FLOOD_BYTES, "the guest sent everything to nobody");
        assertTrue(
            f.proxy.status().fill().unconsumedBytes() <= TcpLimits.DEFAULT.receiveWindowBytes());
        expectFlood(socket.getInputStream());
      }
    }
  }

  @Test
  void aSlowGuestStopsTheClient() throws Exception {
    try (ProxyFixture f = new ProxyFixture()) {
      var _ = f.live(1);
      try (Socket socket = f.connect(FakeGuest.DEAF)) {
        CompletableFuture<Void> writing =
            meanwhile(
                () -> {
                  for (int i = 0; i < 64; i++) {
                    socket.getOutputStream().write(new byte[1 << 20]);
                  }
                });
        Thread.sleep(1500);
        assertTrue(!writing.isDone(), "64 MiB went nowhere");
        assertTrue(
            f.proxy.status().fill().sendBufferedBytes() <= TcpLimits.DEFAULT.sendBufferBytes());
      }
    }
  }

  @Test
  void nothingIsLostWhenReplicasDieInMidStream() throws Exception {
    try (ProxyFixture f = new ProxyFixture()) {
      FakeReplica replica = f.live(1);
      try (Socket socket = f.connect(FakeGuest.ECHO);
          Socket flood = f.connect(FakeGuest.FLOOD)) {
        CompletableFuture<Void> flooding = meanwhile(() -> expectFlood(flood.getInputStream()));
        CompletableFuture<Void> echoing = meanwhile(() -> echo(socket, 16 << 20, 5));
        for (int epoch = 2; epoch < 12; epoch++) {
          Thread.sleep(30);
          replica.stop(); // what is in flight either way is lost
          f.guest.unplug();
          if (epoch % 2 == 0) {
            Thread.sleep(20);
            replica.kill();
          }
          replica = f.live(epoch);
        }
        echoing.join();
        flooding.join();
        echo(socket, 1000, 6);
      }
    }
  }

  @Test
  void aRequestInFlightIsAnsweredSoonAfterTheSwitch() throws Exception {
    try (ProxyFixture f = new ProxyFixture()) {
      FakeReplica first = f.live(1);
      try (Socket socket = f.connect(FakeGuest.ECHO)) {
        echo(socket, 100, 1);
        first.stop();
        f.guest.unplug();
        socket.getOutputStream().write(42);
        Thread.sleep(1500); // long enough for the retransmissions to back off
        var _ = f.live(2);
        assertEquals(42, socket.getInputStream().read());
      }
    }
  }

  @Test
  void whoIsFencedIsNotHeard() throws Exception {
    try (ProxyFixture f = new ProxyFixture()) {
      FakeReplica old = f.live(3);
      try (Socket socket = f.connect(FakeGuest.ECHO)) {
        echo(socket, 100, 1);
        FakeReplica young = f.live(4);
        echo(socket, 100, 2);
        old.sayLive(3, 1);
        old.frame(f.guest.frames().udp(FakeGuest.ADDRESS, 1, FakeGuest.GATEWAY, 9, one()));
        old.sayLive(2, 1);
        ProxyFixture.await(
            "the old frame was counted",
            () -> metric(f, "proxy_frames_refused_by_epoch_total") >= 1);
        echo(socket, 100, 3);
        young.kill();
        ProxyFixture.await("nobody is live", () -> f.proxy.status().live().isEmpty());
        assertEquals(4, f.proxy.status().epochHighest());
      }
    }
  }

  private static lockstep.proxy.net.Slice one() {
    return lockstep.proxy.net.Slice.of(new byte[] {1});
  }

  private static double metric(ProxyFixture f, String name) {
    return metrics(f)
        .lines()
        .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  private static String metrics(ProxyFixture f) {
    return get(f, "/metrics").body();
  }

  private static HttpResponse<String> get(ProxyFixture f, String path) {
    URI uri = URI.create("http://127.0.0.1:" + f.proxy.httpAddress().getPort() + path);
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aGuestStartedAnewResetsItsOldConnections() throws Exception {
    try (ProxyFixture f = new ProxyFixture()) {
      var _ = f.live(1);
      try (Socket socket = f.connect(FakeGuest.ECHO)) {
        echo(socket, 100, 1);
        f.guest.reboot();
        f.dial().goLive(f.guest, 2, 2);
        assertThrows(SocketException.class, () -> socket.getInputStream().read());
      }
      try (Socket socket = f.connect(FakeGuest.ECHO)) {
        echo(socket, 100, 2);
      }
    }
  }

  @Test
  void whileNobodyIsLiveClientsWait() throws Exception {
    try (ProxyFixture f = new ProxyFixture()) {
      try (Socket socket = f.connect(FakeGuest.ECHO)) {
        socket.getOutputStream().write(7);
        Thread.sleep(300);
        FakeReplica first = f.live(1);
        assertEquals(7, socket.getInputStream().read());
        first.kill();
        ProxyFixture.await("nobody is live", () -> f.proxy.status().live().isEmpty());
        assertEquals(503, get(f, "/healthz").statusCode());
        socket.getOutputStream().write(8);
        var _ = f.live(2);
        assertEquals(8, socket.getInputStream().read());
      }
    }
  }

  @Test
  void tooManyConnectionsAreTurnedAway() throws Exception {
    ProxyLimits two = new ProxyLimits(TcpLimits.DEFAULT, 2, 16, 64L << 20, 32 << 10, 1000, 4);
    try (ProxyFixture f = new ProxyFixture(OutboundPolicy.ALLOW, Optional.empty(), two)) {
      var _ = f.live(1);
      try (Socket a = f.connect(FakeGuest.ECHO);
          Socket b = f.connect(FakeGuest.ECHO);
          Socket c = f.connect(FakeGuest.ECHO)) {
        echo(a, 10, 1);
        echo(b, 10, 2);
        assertThrows(SocketException.class, () -> c.getInputStream().read());
      }
      ProxyFixture.await("room again", () -> f.proxy.status().fill().connections() == 0);
      try (Socket d = f.connect(FakeGuest.ECHO)) {
        echo(d, 10, 3);
      }
    }
  }

  @Test
  void aVanishedClientIsFoundOutAboutWithinMinutes() throws Exception {
    assumeTrue(HostSockets.canBeSeen());
    try (ProxyFixture f =
            new ProxyFixture(
                OutboundPolicy.LOOPBACK_AS_GATEWAY, Optional.empty(), ProxyLimits.DEFAULT);
        ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      var _ = f.live(1);
      try (Socket client = f.connect(FakeGuest.ECHO)) {
        expectKeepAlive(client.getPort(), client.getLocalPort());
        var _ = f.guest.connect(FakeGuest.GATEWAY, server.getLocalPort());
        try (Socket accepted = server.accept()) {
          expectKeepAlive(accepted.getPort(), accepted.getLocalPort());
        }
      }
    }
  }

  private static void expectKeepAlive(int proxysPort, int peersPort) throws InterruptedException {
    ProxyFixture.await(
        "asked soon", () -> HostSockets.keepAliveSeconds(proxysPort, peersPort).orElse(7200) <= 60);
  }

  @Test
  void healthMetricsAndStatusAreServed() throws Exception {
    try (ProxyFixture f = new ProxyFixture()) {
      var _ = f.live(5);
      try (Socket socket = f.connect(FakeGuest.ECHO)) {
        echo(socket, 1000, 1);
        ProxyFixture.await("healthy", () -> get(f, "/healthz").statusCode() == 200);
        ProxyFixture.await("sampled", () -> metric(f, "proxy_connections_open") == 1);
        assertTrue(metric(f, "proxy_payload_bytes_to_guest_total") >= 1000);
        assertTrue(get(f, "/status").body().contains("\"epochHighest\":5"));
      }
    }
  }
}
