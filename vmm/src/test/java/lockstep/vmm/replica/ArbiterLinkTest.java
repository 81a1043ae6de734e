package lockstep.vmm.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import lockstep.ft.arbiter.ArbiterReply;
import lockstep.ft.arbiter.ArbiterReplyCodec;
import lockstep.ft.arbiter.ArbiterRequest;
import lockstep.ft.arbiter.ArbiterRequestCodec;
import lockstep.ft.core.ReplicaEvent;
import lockstep.ft.net.MessageChannel;
import lockstep.ft.net.MessageListener;
import lockstep.ft.net.Transport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class ArbiterLinkTest {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** One thread: what an end has sent, the other hears after the sender's turn. */
  private final Transport transport = new Transport("test", 1);

  private final BlockingQueue<MessageChannel<ArbiterReply>> hellos = new LinkedBlockingQueue<>();
  private final Inbox inbox = new Inbox();

  @AfterEach
  void close() {
    transport.close();
  }

  @Test
  void whoTakesTheConnectionIsNoWayToTheArbiterUntilItAnswers() throws Exception {
    ArbiterLink link = new ArbiterLink(transport, listen(), "vm", inbox);
    link.start();
    MessageChannel<ArbiterReply> arbiter = hellos.take();
    assertFalse(link.up());
    assertEquals(List.of(), events(0));

    ArbiterReply.Hello hello = new ArbiterReply.Hello(ArbiterRequest.PROTOCOL_VERSION);
    arbiter.send(hello);
    assertEquals(
        List.of(new ReplicaEvent.ArbiterUp(), new ReplicaEvent.ArbiterAnswered(hello)), events(2));
    assertTrue(link.up());
    link.close();
  }

  private InetSocketAddress listen() throws IOException {
    return transport
        .listen(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            new ArbiterRequestCodec(),
            new ArbiterReplyCodec(),
            _ -> new Silent())
        .address();
  }

  /** As many as are waited for, or those that are there. */
  private List<ReplicaEvent> events(int wanted) {
    List<ReplicaEvent> events = new ArrayList<>();
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    do {
      inbox.drain(
          item -> {
            if (item instanceof Inbox.Item.Event(ReplicaEvent event)) {
              events.add(event);
            }
          });
      if (events.size() < wanted) {
        inbox.await(deadline);
      }
    } while (events.size() < wanted && System.nanoTime() < deadline);
    return events;
  }

  /** An arbiter that hears hellos. */
  private final class Silent implements MessageListener<ArbiterRequest, ArbiterReply> {
    @Override
    public void opened(MessageChannel<ArbiterReply> channel) {}

    @Override
    public void received(MessageChannel<ArbiterReply> channel, ArbiterRequest request) {
      if (request instanceof ArbiterRequest.Hello) {
        hellos.add(channel);
      }
    }

    @Override
    public void closed(String reason) {}
  }
}
