package lockstep.vmm.replica;

import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import lockstep.ft.core.ReplicaEvent;
import lockstep.ft.link.LinkMessage;
import lockstep.ft.link.LinkMessageCodec;
import lockstep.ft.machine.Bytes;
import lockstep.ft.net.MessageChannel;
import lockstep.ft.net.MessageListener;
import lockstep.ft.net.Transport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The link to the client proxy, held open in every role, dialled again for as long as the process
 * lives, and probed: one on which pings are not answered is given up. Frames that find no link are
 * lost, as on a network.
 */
final class ProxyLink implements MessageListener<LinkMessage, LinkMessage> {
  private static final Logger log = LoggerFactory.getLogger(ProxyLink.class);

  /** Frames that wait to be taken by a slow proxy; more are dropped, as a full wire would. */
  private static final long UNSENT_BYTES_MAX = 16L << 20;

  private final Transport transport;
  private final InetSocketAddress address;
  private final LinkMessage.Hello hello;
  private final Inbox inbox;
  private final Backoff backoff = new Backoff(); // I/O thread only
  private Silence silence = new Silence(); // as above
  private long pings;
  private volatile @Nullable MessageChannel<LinkMessage> connected;
  private volatile boolean welcome;
  private volatile boolean closed;

  ProxyLink(Transport transport, InetSocketAddress address, LinkMessage.Hello hello, Inbox inbox) {
    this.transport = transport;
    this.address = address;
    this.hello = hello;
    this.inbox = inbox;
  }

  void start() {
    transport.dial(address, new LinkMessageCodec(), new LinkMessageCodec(), this);
  }

  void send(LinkMessage message) {
    MessageChannel<LinkMessage> open = connected;
    if (open != null && welcome) {
      open.send(message);
    }
  }

  void sendFrame(Bytes frame) {
    MessageChannel<LinkMessage> open = connected;
    if (open != null && welcome && open.unsentBytes() < UNSENT_BYTES_MAX) {
      open.send(new LinkMessage.Frame(frame));
    }
  }

  boolean up() {
    return welcome;
  }

  void close() {
    closed = true;
    MessageChannel<LinkMessage> open = connected;
    if (open != null) {
      open.close();
    }
  }

  @Override
  public void opened(MessageChannel<LinkMessage> channel) {
    connected = channel;
    silence = new Silence();
    channel.send(hello);
    scheduleProbe(channel);
  }

  private void scheduleProbe(MessageChannel<LinkMessage> channel) {
    var _ =
        transport
            .eventLoops()
            .schedule(() -> probe(channel), Silence.PROBE_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void probe(MessageChannel<LinkMessage> channel) {
    if (channel != connected || closed) {
      return;
    }
    if (silence.intervalIsTooMany()) {
      log.warn("proxy=silent address={}", channel.remoteName());
      channel.abort(); // frames that wait would keep it open
      return;
    }
    if (welcome) {
      channel.send(new LinkMessage.Ping(++pings));
    }
    scheduleProbe(channel);
  }

  @Override
  public void received(MessageChannel<LinkMessage> channel, LinkMessage message) {
    switch (message) {
      case LinkMessage.Hello answer when !answer.equals(hello) -> {
        log.error("proxy={} answers the hello with another: {}", channel.remoteName(), answer);
        channel.close();
      }
      case LinkMessage.Hello _ -> {
        silence.heard();
        backoff.reset();
        welcome = true;
        log.info("proxy=up address={}", channel.remoteName());
        inbox.put(new ReplicaEvent.ProxyUp());
      }
      case LinkMessage.Refused refused ->
          log.error("proxy=refused reason=\"{}\"", refused.reason());
      case LinkMessage.Frame frame -> inbox.put(new ReplicaEvent.FrameArrived(frame.frame()));
      case LinkMessage.Ping ping -> channel.send(new LinkMessage.Pong(ping.number()));
      case LinkMessage.Pong _ -> silence.heard(); // frames say nothing about the way there
      case LinkMessage.Live _ -> {
        log.error("proxy={} says Live, which only replicas do", channel.remoteName());
        channel.close();
      }
    }
  }

  @Override
  public void closed(String reason) {
    connected = null;
    if (welcome) {
      welcome = false;
      log.warn("proxy=down reason=\"{}\"", reason);
      inbox.put(new ReplicaEvent.ProxyDown());
    }
    if (!closed) {
      transport.eventLoops().schedule(this::start, backoff.nextMillis(), TimeUnit.MILLISECONDS);
    }
  }
}
