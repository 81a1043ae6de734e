package lockstep.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.Optional;
import java.util.Random;
import lockstep.ft.arbiter.ReplicaId;
import lockstep.ft.definition.DefinitionCodec;
import lockstep.ft.link.LinkMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who is let in, and what nonsense does. */
@Timeout(60)
final class ReplicaLinksTest {
  private static final ReplicaId SOMEBODY = new ReplicaId(9, 9);

  private static Optional<String> refusal(ProxyFixture f, LinkMessage.Hello hello)
      throws InterruptedException {
    FakeReplica replica = FakeReplica.dial(f.transport, f.proxy.linkAddress(), hello).ready();
    assertTrue(replica.awaitClosed());
    return replica.refusal();
  }

  @Test
  void aHelloThatDoesNotMatchIsRefusedByName() throws Exception {
    try (ProxyFixture f = new ProxyFixture()) {
      String digest = DefinitionCodec.digest(f.definition);
      assertEquals(
          Optional.of("protocol version 77, not 1"),
          refusal(f, new LinkMessage.Hello(77, "web", SOMEBODY, 1, digest)));
      assertEquals(
          Optional.of("vm mail, not web"),
          refusal(f, new LinkMessage.Hello(1, "mail", SOMEBODY, 1, digest)));
      assertEquals(
          Optional.of("definition digest abc, not " + digest),
          refusal(f, new LinkMessage.Hello(1, "web", SOMEBODY, 1, "abc")));
    }
  }

  @Test
  void whoSpeaksNonsenseIsDisconnectedAndNobodyElse() throws Exception {
    try (ProxyFixture f = new ProxyFixture()) {
      var _ = f.live(1);
      Random random = new Random(3);
      for (int i = 0; i < 30; i++) {
        InetSocketAddress link = f.proxy.linkAddress();
        try (Socket socket = new Socket(link.getAddress(), link.getPort())) {
          socket.setSoTimeout(15_000);
          byte[] nonsense = new byte[200];
          random.nextBytes(nonsense);
          if (i % 2 == 0) {
            nonsense[0] = nonsense[1] = nonsense[2] = 0; // a length that is possible
          }
          OutputStream out = socket.getOutputStream();
          out.write(nonsense);
          out.flush();
          socket.shutdownOutput();
          while (socket.getInputStream().read() >= 0) {
            // until the proxy has had enough
          }
        } catch (SocketException e) {
          // disconnected with something unread: a reset, which is as good
        }
      }
      try (Socket socket = f.connect(FakeGuest.ECHO)) {
        socket.getOutputStream().write(5);
        assertEquals(5, socket.getInputStream().read());
      }
      ProxyFixture.await("only the replica is left", () -> f.proxy.status().links() == 1);
    }
  }

  @Test
  void framesBeforeGoingLiveAreNotHeard() throws Exception {
    try (ProxyFixture f = new ProxyFixture()) {
      FakeReplica early = f.dial();
      f.guest.plug(early::frame);
      FakeGuest.Connection connection = f.guest.connect(FakeGuest.GATEWAY, 1);
      Thread.sleep(100);
      assertTrue(connection.broken().isEmpty());
      early.goLive(f.guest, 1, 1);
      ProxyFixture.await("the repeated SYN is refused", () -> connection.broken().isPresent());
    }
  }
}
