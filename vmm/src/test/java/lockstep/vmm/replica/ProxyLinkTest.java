package lockstep.vmm.replica;

import static org.junit.jupiter.api.Assertions.assertFalse;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import lockstep.ft.arbiter.ReplicaId;
import lockstep.ft.core.ReplicaEvent;
import lockstep.ft.link.LinkMessage;
import lockstep.ft.link.LinkMessageCodec;
import lockstep.ft.machine.Bytes;
import lockstep.ft.net.MessageChannel;
import lockstep.ft.net.MessageListener;
import lockstep.ft.net.Transport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

final class ProxyLinkTest {
  private static final InetSocketAddress ANY =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  private static final LinkMessage.Hello HELLO =
      new LinkMessage.Hello(LinkMessage.PROTOCOL_VERSION, "web", new ReplicaId(1, 2), 1, "digest");

  /** Answers the hello, and reads nothing after it. */
  private static final class Deaf implements MessageListener<LinkMessage, LinkMessage> {
    @Override
    public void opened(MessageChannel<LinkMessage> channel) {}

    @Override
    public void received(MessageChannel<LinkMessage> channel, LinkMessage message) {
      channel.send(HELLO);
      channel.reading(false);
    }

    @Override
    public void closed(String reason) {}
  }

  @Test
  @Timeout(60)
  void aSilentProxyIsGivenUpThoughFramesWaitForIt() throws Exception {
    try (Transport transport = new Transport("test", 1);
        var listening =
            transport.listen(
                ANY, new LinkMessageCodec(), new LinkMessageCodec(), _ -> new Deaf())) {
      Inbox inbox = new Inbox();
      ProxyLink link = new ProxyLink(transport, listening.address(), HELLO, inbox);
      link.start();
      Awaited.await(inbox, new ReplicaEvent.ProxyUp());
      Bytes frame = Bytes.of(new byte[60_000]);
      for (int i = 0; i < 1_000; i++) {
        link.sendFrame(frame);
      }
      Awaited.await(inbox, new ReplicaEvent.ProxyDown());
      assertFalse(link.up());
      link.close();
    }
  }
}
