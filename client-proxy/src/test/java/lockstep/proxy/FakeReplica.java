package lockstep.proxy;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import lockstep.ft.arbiter.ReplicaId;
import lockstep.ft.link.LinkMessage;
import lockstep.ft.link.LinkMessageCodec;
import lockstep.ft.machine.Bytes;
import lockstep.ft.net.MessageChannel;
import lockstep.ft.net.MessageListener;
import lockstep.ft.net.Transport;
import org.jspecify.annotations.Nullable;

/** The proxy's view of a VMM: it dials the link, says hello, and may go live with a guest. */
final class FakeReplica implements MessageListener<LinkMessage, LinkMessage> {
  private static final LinkMessageCodec CODEC = new LinkMessageCodec();

  private final LinkMessage.Hello hello;
  private final CountDownLatch answered = new CountDownLatch(1);
  private final CountDownLatch closed = new CountDownLatch(1);
  private final List<LinkMessage> control = new ArrayList<>();
  private @Nullable MessageChannel<LinkMessage> channel;
  private @Nullable FakeGuest guest;
  private boolean dead;

  private FakeReplica(LinkMessage.Hello hello) {
    this.hello = hello;
  }

  static FakeReplica dial(Transport transport, InetSocketAddress link, String digest, long number) {
    return dial(
        transport,
        link,
        new LinkMessage.Hello(
            LinkMessage.PROTOCOL_VERSION, "web", new ReplicaId(number, number), 1, digest));
  }

  static FakeReplica dial(Transport transport, InetSocketAddress link, LinkMessage.Hello hello) {
    FakeReplica replica = new FakeReplica(hello);
    transport.dial(link, CODEC, CODEC, replica);
    return replica;
  }

  @Override
  public synchronized void opened(MessageChannel<LinkMessage> opened) {
    channel = opened;
    opened.send(hello);
  }

  @Override
  public void received(MessageChannel<LinkMessage> from, LinkMessage message) {
    FakeGuest to;
    synchronized (this) {
      if (!(message instanceof LinkMessage.Frame) && !(message instanceof LinkMessage.Ping)) {
        control.add(message);
        answered.countDown();
      }
      if (message instanceof LinkMessage.Ping ping) {
        from.send(new LinkMessage.Pong(ping.number()));
      }
      to = dead ? null : guest;
    }
    if (message instanceof LinkMessage.Frame frame && to != null) {
      to.onFrame(frame.frame().array());
    }
  }

  @Override
  public void closed(String reason) {
    answered.countDown();
    closed.countDown();
  }

  /** Waits for the answer to the hello. */
  FakeReplica ready() throws InterruptedException {
    if (!answered.await(10, TimeUnit.SECONDS)) {
      throw new AssertionError("no answer to the hello");
    }
    return this;
  }

  /** Goes live: frames of {@code live} go over this link from now on. */
  void goLive(FakeGuest live, long epoch, long generation) {
    synchronized (this) {
      guest = live;
    }
    live.plug(this::frame);
    sayLive(epoch, generation);
  }

  void sayLive(long epoch, long generation) {
    send(new LinkMessage.Live(epoch, generation));
  }

  void frame(byte[] frame) {
    send(new LinkMessage.Frame(Bytes.of(frame)));
  }

  private synchronized void send(LinkMessage message) {
    if (channel != null && !dead) {
      channel.send(message);
    }
  }

  /** Frames that arrive from now on are lost, and nothing is sent; the connection stays. */
  void stop() {
    synchronized (this) {
      dead = true;
    }
  }

  /** Dies: the connection ends. */
  void kill() {
    stop();
    synchronized (this) {
      if (channel != null) {
        channel.close();
      }
    }
  }

  boolean awaitClosed() throws InterruptedException {
    return closed.await(10, TimeUnit.SECONDS);
  }

  /** Why the proxy refused the hello, if it did. */
  synchronized Optional<String> refusal() {
    return control.stream()
        .filter(LinkMessage.Refused.class::isInstance)
        .map(refused -> ((LinkMessage.Refused) refused).reason())
        .findFirst();
  }
}
