package lockstep.vmm.replica;

import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import lockstep.ft.arbiter.ArbiterReply;
import lockstep.ft.arbiter.ArbiterReplyCodec;
import lockstep.ft.arbiter.ArbiterRequest;
import lockstep.ft.arbiter.ArbiterRequestCodec;
import lockstep.ft.core.ReplicaEvent;
import lockstep.ft.net.MessageChannel;
import lockstep.ft.net.MessageListener;
import lockstep.ft.net.Transport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection to the arbiter, dialled again and again for as long as the process lives. One on
 * which nothing is answered for {@value #ANSWER_MILLIS_MAX} ms is given up: the other end may have
 * vanished without a word. Whoever asked asks again; and so that it is noticed at all, the link
 * itself asks for the record every {@value #CHECK_MILLIS} ms. A way to the arbiter is one on which
 * it has answered the hello: that somebody takes the connection says little.
 */
final class ArbiterLink implements MessageListener<ArbiterReply, ArbiterRequest> {
  private static final Logger log = LoggerFactory.getLogger(ArbiterLink.class);

  private static final long ANSWER_MILLIS_MAX = 2_000;
  private static final long CHECK_MILLIS = 250;

  private static final long NOTHING_ASKED = Long.MIN_VALUE;

  private final Transport transport;
  private final InetSocketAddress address;
  private final String vm;
  private final Inbox inbox;
  private final AtomicLong unansweredSinceNanos = new AtomicLong(NOTHING_ASKED);
  private final Backoff backoff = new Backoff(); // I/O thread only
  private String refusal = ""; // as above; the last one told
  private volatile @Nullable MessageChannel<ArbiterRequest> channel;
  private volatile boolean welcome;
  private volatile boolean closed;

  ArbiterLink(Transport transport, InetSocketAddress address, String vm, Inbox inbox) {
    this.transport = transport;
    this.address = address;
    this.vm = vm;
    this.inbox = inbox;
  }

  void start() {
    transport.dial(address, new ArbiterReplyCodec(), new ArbiterRequestCodec(), this);
  }

  /** Sends, or forgets if there is no connection: the replica asks again. */
  void send(ArbiterRequest request) {
    MessageChannel<ArbiterRequest> open = channel;
    if (open != null) {
      var _ = unansweredSinceNanos.compareAndSet(NOTHING_ASKED, System.nanoTime());
      open.send(request);
    }
  }

  private void giveUpIfUnanswered(MessageChannel<ArbiterRequest> open) {
    long since = unansweredSinceNanos.get();
    if (open != channel || closed) {
      return;
    }
    if (since != NOTHING_ASKED
        && System.nanoTime() - since > TimeUnit.MILLISECONDS.toNanos(ANSWER_MILLIS_MAX)) {
      log.warn("arbiter=silent address={}", open.remoteName());
      open.abort();
    } else {
      send(new ArbiterRequest.Watch(vm));
      scheduleCheck(open);
    }
  }

  private void scheduleCheck(MessageChannel<ArbiterRequest> open) {
    var _ =
        transport
            .eventLoops()
            .schedule(() -> giveUpIfUnanswered(open), CHECK_MILLIS, TimeUnit.MILLISECONDS);
  }

  boolean up() {
    return welcome;
  }

  void close() {
    closed = true;
    MessageChannel<ArbiterRequest> open = channel;
    if (open != null) {
      open.close();
    }
  }

  @Override
  public void opened(MessageChannel<ArbiterRequest> opened) {
    unansweredSinceNanos.set(NOTHING_ASKED);
    opened.send(new ArbiterRequest.Hello(vm));
    channel = opened;
    scheduleCheck(opened);
  }

  @Override
  public void received(MessageChannel<ArbiterRequest> from, ArbiterReply reply) {
    unansweredSinceNanos.set(NOTHING_ASKED);
    if (reply instanceof ArbiterReply.HelloRefused refused) {
      log.error("arbiter={} refuses the hello: {}", from.remoteName(), refused.reason());
    } else if (!welcome) {
      welcome = true;
      backoff.reset();
      log.info("arbiter=up address={}", from.remoteName());
      inbox.put(new ReplicaEvent.ArbiterUp());
    }
    noteRefusal(reply);
    inbox.put(new ReplicaEvent.ArbiterAnswered(reply));
  }

  /** Once, for what is asked again and again. */
  private void noteRefusal(ArbiterReply reply) {
    switch (reply) {
      case ArbiterReply.Refused refused when !refused.reason().equals(refusal) -> {
        refusal = refused.reason();
        log.info("arbiter=refuses epoch={} reason=\"{}\"", refused.record().epoch(), refusal);
      }
      case ArbiterReply.NotRenewed refused ->
          log.info(
              "arbiter=refuses epoch={} reason=\"the lease is another's\"",
              refused.record().epoch());
      case ArbiterReply.Granted _ -> refusal = "";
      case ArbiterReply.Refused _,
          ArbiterReply.Renewed _,
          ArbiterReply.Current _,
          ArbiterReply.Hello _,
          ArbiterReply.HelloRefused _ -> {}
    }
  }

  @Override
  public void closed(String reason) {
    channel = null;
    if (welcome) {
      welcome = false;
      log.warn("arbiter=down reason=\"{}\"", reason);
      inbox.put(new ReplicaEvent.ArbiterDown());
    }
    if (!closed) {
      transport.eventLoops().schedule(this::start, backoff.nextMillis(), TimeUnit.MILLISECONDS);
    }
  }
}
