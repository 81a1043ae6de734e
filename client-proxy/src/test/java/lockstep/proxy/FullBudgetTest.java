package lockstep.proxy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import lockstep.ft.definition.DefinitionCodec;
import lockstep.ft.net.Transport;
import lockstep.proxy.guest.ProxyLimits;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Every buffer full both ways, in a proxy with the memory that the launcher gives it. */
@Tag("slow")
@Timeout(300)
final class FullBudgetTest {
  /** Clients that write to a guest that reads nothing. */
  private static final int WRITERS = 150;

  /** Clients that leave off reading from a guest that writes. */
  private static final int READERS = 50;

  private static final int READ_BYTES = 3 << 20; // so that the window has grown to its largest
  private static final int WRITTEN_BYTES = 16 << 20;
  private static final int SOCKET_BYTES = 32 << 10;
  private static final long RESIDENT_BYTES_MAX = 512L << 20;

  private final FakeGuest guest = new FakeGuest();
  private final Transport transport = new Transport("replicas", 1);
  private final ScheduledExecutorService ticker = Executors.newSingleThreadScheduledExecutor();
  private final List<Socket> clients = new ArrayList<>();

  private Socket connect(InetSocketAddress to) throws IOException {
    Socket socket = new Socket();
    clients.add(socket);
    socket.setReceiveBufferSize(SOCKET_BYTES);
    socket.setSendBufferSize(SOCKET_BYTES);
    socket.setSoTimeout(60_000);
    socket.connect(to);
    return socket;
  }

  private void startWriter(Socket socket, byte[] text) {
    Thread.startVirtualThread(
        () -> {
          try {
            socket.getOutputStream().write(text);
          } catch (IOException e) {
            // closed at the end
          }
        });
  }

  private FakeReplica dial(ProxyProcess proxy, long number) throws InterruptedException {
    String digest = DefinitionCodec.digest(ProxyFixture.DEFINITION);
    return FakeReplica.dial(transport, proxy.linkAddress(), digest, number).ready();
  }

  private static void echo(Socket socket) throws IOException {
    byte[] text = "still here".getBytes(StandardCharsets.US_ASCII);
    socket.getOutputStream().write(text);
    assertArrayEquals(text, socket.getInputStream().readNBytes(text.length));
  }

  @Test
  void theProxyLivesWithAllItsBuffersFullAndThroughAFailover() throws Exception {
    assumeTrue(HostSockets.canBeSeen(), "Linux");
    try (ProxyProcess proxy = ProxyProcess.start()) {
      var _ = ticker.scheduleAtFixedRate(guest::tick, 5, 5, TimeUnit.MILLISECONDS);
      FakeReplica first = dial(proxy, 1);
      first.goLive(guest, 1, 1);
      Socket echoing = connect(proxy.published(FakeGuest.ECHO));
      fill(proxy);
      echo(echoing);

      first.stop();
      guest.unplug();
      dial(proxy, 2).goLive(guest, 2, 1);
      echo(echoing);
      assertTrue(proxy.isAlive());
      long peakBytes = proxy.residentPeakBytes();
      System.out.println("the proxy's resident peak: " + (peakBytes >> 20) + " MiB");
      assertTrue(peakBytes < RESIDENT_BYTES_MAX, "resident: " + peakBytes);
    } finally {
      for (Socket client : clients) {
        client.close();
      }
      ticker.shutdownNow();
      transport.close();
    }
  }

  private void fill(ProxyProcess proxy) throws Exception {
    byte[] text = new byte[WRITTEN_BYTES];
    for (int i = 0; i < READERS; i++) {
      Socket reader = connect(proxy.published(FakeGuest.FLOOD));
      reader.getInputStream().skipNBytes(READ_BYTES);
    }
    for (int i = 0; i < WRITERS; i++) {
      startWriter(connect(proxy.published(FakeGuest.DEAF)), text);
    }
    long full = ProxyLimits.DEFAULT.bufferBytesMax() * 9 / 10;
    ProxyFixture.await("every buffer is promised", () -> proxy.status("reservedBytes") >= full);
    long[] before = {-1};
    ProxyFixture.await(
        "and full",
        () -> {
          long now = proxy.status("sendBufferedBytes") + proxy.status("unconsumedBytes");
          boolean still = now == before[0];
          before[0] = now;
          return still && now > full * 3 / 4;
        });
  }
}
