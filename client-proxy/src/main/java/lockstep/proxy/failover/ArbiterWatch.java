package lockstep.proxy.failover;

import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import lockstep.ft.arbiter.ArbiterRecord;
import lockstep.ft.arbiter.ArbiterReply;
import lockstep.ft.arbiter.ArbiterReplyCodec;
import lockstep.ft.arbiter.ArbiterRequest;
import lockstep.ft.arbiter.ArbiterRequestCodec;
import lockstep.ft.net.MessageChannel;
import lockstep.ft.net.MessageListener;
import lockstep.ft.net.Transport;
import lockstep.proxy.guest.OwnHosts;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens to what the arbiter says of one VM, and dials again whenever it does not answer. The
 * record is asked for again and again: an arbiter whose host has lost its power ends no connection,
 * and silence alone is no news. The proxy lives without it: replicas tell their epochs too. What a
 * replica has told and the arbiter has not is asked for on a connection of its own, for only the
 * answer there is certain to be newer than what was told.
 */
public final class ArbiterWatch implements AutoCloseable {

  /** Who wants to know; called on the event loop. */
  public interface Listener {
    /** The record, now or after a change. */
    void recorded(ArbiterRecord record);

    /** Number of a replica's claim that the arbiter should confirm; empty if there is none. */
    OptionalLong unconfirmed();

    /** The record, asked for after {@code claim} was made. */
    void recordedAfter(long claim, ArbiterRecord record);
  }

  private static final Logger log = LoggerFactory.getLogger(ArbiterWatch.class);
  private static final long REDIAL_MILLIS = 500;
  private static final Duration PROBE_INTERVAL = Duration.ofSeconds(2);

  /** Probes without any answer after which a connection is given up. */
  private static final int UNANSWERED_MAX = 4;

  private final Transport transport;
  private final EventLoop loop;
  private final InetSocketAddress arbiter;
  private final String vm;
  private final OwnHosts own;
  private final Listener listener;
  private final long probeMillis;
  private @Nullable MessageChannel<ArbiterRequest> channel;
  private int unanswered;
  private boolean connected;
  private boolean silent;
  private boolean closed;

  /**
   * @param own learns where the arbiter is
   * @param listener hears what the arbiter says
   */
  public ArbiterWatch(
      Transport transport,
      EventLoop loop,
      InetSocketAddress arbiter,
      String vm,
      OwnHosts own,
      Listener listener) {
    this(transport, loop, arbiter, vm, own, listener, PROBE_INTERVAL);
  }

  ArbiterWatch(
      Transport transport,
      EventLoop loop,
      InetSocketAddress arbiter,
      String vm,
      OwnHosts own,
      Listener listener,
      Duration probeInterval) {
    this.transport = transport;
    this.loop = loop;
    this.arbiter = arbiter;
    this.vm = vm;
    this.own = own;
    this.listener = listener;
    this.probeMillis = probeInterval.toMillis();
  }

  public void start() {
    loop.execute(this::dial);
    var _ = loop.scheduleAtFixedRate(this::probe, probeMillis, probeMillis, TimeUnit.MILLISECONDS);
  }

  private void dial() {
    if (!closed) {
      transport.dial(arbiter, new ArbiterReplyCodec(), new ArbiterRequestCodec(), new Watching());
    }
  }

  /** Asks whether the arbiter is still there, or gives the connection up. */
  private void probe() {
    if (!connected || channel == null || closed) {
      return;
    }
    if (unanswered >= UNANSWERED_MAX) {
      unanswered = 0;
      log.warn("arbiter={} silent for {} ms", arbiter, UNANSWERED_MAX * probeMillis);
      channel.abort();
      return;
    }
    unanswered++;
    channel.send(new ArbiterRequest.Watch(vm)); // answered with the record as it is
    OptionalLong claim = listener.unconfirmed();
    if (claim.isPresent()) {
      transport.dial(
          arbiter,
          new ArbiterReplyCodec(),
          new ArbiterRequestCodec(),
          new Confirming(claim.getAsLong()));
    }
  }

  /** Ends the watching; called on {@code loop}. */
  @Override
  public void close() {
    closed = true;
    if (channel != null) {
      channel.close();
    }
  }

  private final class Watching implements MessageListener<ArbiterReply, ArbiterRequest> {
    @Override
    public void opened(MessageChannel<ArbiterRequest> opened) {
      channel = opened;
      connected = true;
      silent = false;
      unanswered = 0;
      log.info("arbiter={} watched", arbiter);
      opened.remoteAddress().ifPresent(own::add);
      opened.send(new ArbiterRequest.Hello(vm));
      opened.send(new ArbiterRequest.Watch(vm));
    }

    @Override
    public void received(MessageChannel<ArbiterRequest> from, ArbiterReply reply) {
      unanswered = 0;
      switch (reply) {
        case ArbiterReply.Current current -> listener.recorded(current.record());
        case ArbiterReply.HelloRefused refused ->
            log.error("arbiter={} refuses the hello: {}", arbiter, refused.reason());
        case ArbiterReply.Refused refused ->
            log.warn("arbiter={} refuses the watch: {}", arbiter, refused.reason());
        case ArbiterReply.Hello _,
            ArbiterReply.Granted _,
            ArbiterReply.Renewed _,
            ArbiterReply.NotRenewed _ -> {} // answers to nothing we asked
      }
    }

    @Override
    public void closed(String reason) {
      if (!closed && !silent) {
        log.warn("arbiter={} {}: {}", arbiter, connected ? "lost" : "not reached", reason);
      }
      connected = false;
      silent = true; // one line for each outage
      var _ = loop.schedule(ArbiterWatch.this::dial, REDIAL_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  /** Asks once. */
  private final class Confirming implements MessageListener<ArbiterReply, ArbiterRequest> {
    private final long claim;
    private boolean answered;

    Confirming(long claim) {
      this.claim = claim;
    }

    @Override
    public void opened(MessageChannel<ArbiterRequest> opened) {
      opened.send(new ArbiterRequest.Hello(vm));
      opened.send(new ArbiterRequest.Watch(vm));
    }

    @Override
    public void received(MessageChannel<ArbiterRequest> from, ArbiterReply reply) {
      if (reply instanceof ArbiterReply.Current current && !answered && !closed) {
        answered = true;
        listener.recordedAfter(claim, current.record());
        from.close();
      }
    }

    @Override
    public void closed(String reason) {
      // Asked again with the next probe, if it was not answered.
    }
  }
}
