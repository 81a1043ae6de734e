package lockstep.vmm.replica;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import lockstep.ft.core.ReplicaEvent;
import lockstep.ft.log.LogChannelCodec;
import lockstep.ft.log.LogChannelMessage;
import lockstep.ft.net.Endpoints;
import lockstep.ft.net.MessageChannel;
import lockstep.ft.net.MessageListener;
import lockstep.ft.net.Transport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log channels, accepted and dialled; each has a number that is never used twice. Accepted ones
 * are few, and have to say something soon: a live replica has one backup, and some spares that ask.
 */
final class PeerLinks {
  private static final Logger log = LoggerFactory.getLogger(PeerLinks.class);

  private static final int ACCEPTED_MAX = 8;
  private static final long FIRST_MESSAGE_SECONDS = 5;

  private final AtomicInteger accepted = new AtomicInteger();
  private final Transport transport;
  private final Inbox inbox;
  private final AtomicLong numbers = new AtomicLong();
  private final Map<Long, MessageChannel<LogChannelMessage>> channels = new ConcurrentHashMap<>();

  PeerLinks(Transport transport, Inbox inbox) {
    this.transport = transport;
    this.inbox = inbox;
  }

  /** Accepts log channels at {@code address}. */
  Transport.Listening listen(InetSocketAddress address) throws IOException {
    return transport.listen(
        address, new LogChannelCodec(), new LogChannelCodec(), _ -> new Link(false));
  }

  /** Dials {@code host:port}; what becomes of it is heard as an event. */
  void dial(String endpoint) {
    transport.dial(
        Endpoints.parse(endpoint, 0), new LogChannelCodec(), new LogChannelCodec(), new Link(true));
  }

  void send(long number, LogChannelMessage message) {
    MessageChannel<LogChannelMessage> channel = channels.get(number);
    if (channel != null) {
      channel.send(message);
    }
  }

  void close(long number) {
    MessageChannel<LogChannelMessage> channel = channels.remove(number);
    if (channel != null) {
      channel.close();
    }
  }

  /** One channel; its calls come on its I/O thread. */
  private final class Link implements MessageListener<LogChannelMessage, LogChannelMessage> {
    private final long number = numbers.incrementAndGet();
    private final boolean dialled;
    private boolean open;
    private volatile boolean heard;

    private Link(boolean dialled) {
      this.dialled = dialled;
    }

    @Override
    public void opened(MessageChannel<LogChannelMessage> channel) {
      if (!dialled) {
        if (accepted.incrementAndGet() > ACCEPTED_MAX) {
          log.warn("log-channel={} refused: too many peer={}", number, channel.remoteName());
          channel.close();
          return;
        }
        var _ =
            transport
                .eventLoops()
                .schedule(() -> endIfSilent(channel), FIRST_MESSAGE_SECONDS, TimeUnit.SECONDS);
      }
      open = true;
      log.info("log-channel={} up peer={} dialled={}", number, channel.remoteName(), dialled);
      channels.put(number, channel);
      inbox.put(new ReplicaEvent.PeerUp(number, dialled));
    }

    private void endIfSilent(MessageChannel<LogChannelMessage> channel) {
      if (!heard) {
        log.warn("log-channel={} says nothing peer={}", number, channel.remoteName());
        channel.abort();
      }
    }

    @Override
    public void received(MessageChannel<LogChannelMessage> channel, LogChannelMessage message) {
      if (!heard && !dialled && !(message instanceof LogChannelMessage.Hello)) {
        log.warn("log-channel={} begins without a hello peer={}", number, channel.remoteName());
        channel.close();
        return;
      }
      heard = true;
      if (message instanceof LogChannelMessage.HelloRefused refused) {
        log.info(
            "log-channel={} refused reason=\"{}: {}\"",
            number,
            refused.reason().text(),
            refused.detail());
      }
      inbox.put(new ReplicaEvent.PeerSaid(number, message));
    }

    @Override
    public void closed(String reason) {
      channels.remove(number);
      if (!dialled) {
        accepted.decrementAndGet();
      }
      if (open) {
        log.info("log-channel={} down reason=\"{}\"", number, reason);
        inbox.put(new ReplicaEvent.PeerDown(number));
      } else if (dialled) {
        log.debug("log-channel={} dial failed: {}", number, reason);
        inbox.put(new ReplicaEvent.DialFailed());
      }
    }
  }
}
