package lockstep.proxy.failover;

import com.codahale.metrics.Counter;
import com.codahale.metrics.MetricRegistry;
import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import lockstep.ft.arbiter.ArbiterRecord;
import lockstep.ft.arbiter.ReplicaId;
import lockstep.ft.link.LinkMessage;
import lockstep.ft.machine.Bytes;
import lockstep.ft.net.MessageChannel;
import lockstep.ft.net.MessageListener;
import lockstep.proxy.guest.FrameSink;
import lockstep.proxy.guest.GuestNetwork;
import lockstep.proxy.guest.OwnHosts;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The replicas' connections. Frames from the live one enter the network, the network's frames go to
 * it; frames from any other are counted and dropped.
 *
 * <p>Everything happens on one event loop, which is the connections' as well.
 */
public final class ReplicaLinks implements FrameSink, ArbiterWatch.Listener {
  private static final Logger log = LoggerFactory.getLogger(ReplicaLinks.class);

  /** A frame that finds so much waiting is dropped, as a NIC's full queue drops it. */
  static final long UNSENT_BYTES_MAX = 32L << 20;

  /** A replica's connections; more than a primary, a backup and their successors never are. */
  static final int LINKS_MAX = 16;

  private static final long PING_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long SILENCE_NANOS_MAX = TimeUnit.SECONDS.toNanos(10);

  private final String vm;
  private final String definitionDigest;
  private final OwnHosts own;
  private final LongSupplier clock;
  private final LiveFollower follower = new LiveFollower();
  private final Map<Long, Session> sessions = new LinkedHashMap<>();
  private final ScheduledFuture<?> pinging;
  private @Nullable GuestNetwork network;
  private OptionalLong live = OptionalLong.empty();
  private long liveEpoch;
  private long guestRestarts;
  private long nextLink = 1;
  private boolean everLive;

  private final Counter failovers;
  private final Counter framesRefused;
  private final Counter framesLost;
  private final Counter linksRefused;

  /**
   * @param definitionDigest of the definition that a replica must run
   * @param own learns where replicas are
   */
  public ReplicaLinks(
      String vm,
      String definitionDigest,
      OwnHosts own,
      EventLoop loop,
      LongSupplier clock,
      MetricRegistry registry) {
    this.vm = vm;
    this.definitionDigest = definitionDigest;
    this.own = own;
    this.clock = clock;
    this.failovers = registry.counter("proxy_failovers_total");
    this.framesRefused = registry.counter("proxy_frames_refused_by_epoch_total");
    this.framesLost = registry.counter("proxy_frames_lost_total");
    this.linksRefused = registry.counter("proxy_links_refused_total");
    this.pinging =
        loop.scheduleAtFixedRate(
            this::ping, PING_INTERVAL_NANOS, PING_INTERVAL_NANOS, TimeUnit.NANOSECONDS);
  }

  /** Sets where frames go; called once, before anything is received. */
  public void attach(GuestNetwork guestNetwork) {
    network = guestNetwork;
  }

  /** A listener for a new connection. */
  public MessageListener<LinkMessage, LinkMessage> accept(MessageChannel<LinkMessage> channel) {
    return new Session(nextLink++, channel);
  }

  @Override
  public void recorded(ArbiterRecord record) {
    follower.recorded(record);
    settle();
  }

  @Override
  public OptionalLong unconfirmed() {
    return follower.unconfirmed();
  }

  @Override
  public void recordedAfter(long claim, ArbiterRecord record) {
    for (long link : follower.recordedAfter(claim, record)) {
      Optional.ofNullable(sessions.get(link))
          .ifPresent(
              session ->
                  session.refuse(
                      "said to be live at an epoch that nobody was granted: the arbiter is at "
                          + record.epoch()));
    }
    settle();
  }

  @Override
  public void send(byte[] frame) {
    Session to = live.isPresent() ? sessions.get(live.getAsLong()) : null;
    if (to == null || to.channel.unsentBytes() > UNSENT_BYTES_MAX) {
      framesLost.inc();
      return;
    }
    to.channel.send(new LinkMessage.Frame(Bytes.of(frame)));
  }

  /** Bytes that wait for the live replica's connection. */
  public long unsentBytes() {
    Session to = live.isPresent() ? sessions.get(live.getAsLong()) : null;
    return to == null ? 0 : to.channel.unsentBytes();
  }

  /** For people: who is live, or nothing. */
  public Optional<String> liveName() {
    return live.isPresent()
        ? Optional.ofNullable(sessions.get(live.getAsLong())).map(Session::toString)
        : Optional.empty();
  }

  public long epochHighest() {
    return follower.epochHighest();
  }

  /** How many replicas are connected. */
  public int linkCount() {
    return sessions.size();
  }

  public void close() {
    pinging.cancel(false);
    List.copyOf(sessions.values()).forEach(session -> session.channel.close());
  }

  /** After anything that may change who is live. */
  private void settle() {
    OptionalLong now = follower.live();
    boolean restarted = follower.guestRestarts() != guestRestarts;
    boolean moved = !now.equals(live);
    liveEpoch = follower.epochHighest();
    if (!moved && !restarted) {
      return;
    }
    guestRestarts = follower.guestRestarts();
    OptionalLong before = live;
    live = now;
    GuestNetwork guest = network;
    if (guest == null) {
      return;
    }
    if (now.isEmpty()) {
      log.info("live=NOBODY epoch={}", liveEpoch);
      guest.pathLost();
      return;
    }
    log.info(
        "live={} epoch={} before={}{}",
        sessions.get(now.getAsLong()),
        liveEpoch,
        before.isPresent() ? String.valueOf(sessions.get(before.getAsLong())) : "NOBODY",
        restarted ? " guest=STARTED_ANEW" : "");
    if (everLive) {
      failovers.inc();
    }
    everLive = true;
    if (restarted) {
      guest.pathLost();
      guest.guestGone();
    }
    guest.pathMoved();
  }

  private void ping() {
    long nowNanos = clock.getAsLong();
    for (Session session : List.copyOf(sessions.values())) {
      session.ping(nowNanos);
    }
  }

  /** One connection of a replica. */
  private final class Session implements MessageListener<LinkMessage, LinkMessage> {
    private final long number;
    private final MessageChannel<LinkMessage> channel;
    private Optional<ReplicaId> replica = Optional.empty();
    private long heardNanos;
    private boolean refused;

    Session(long number, MessageChannel<LinkMessage> channel) {
      this.number = number;
      this.channel = channel;
    }

    @Override
    public void opened(MessageChannel<LinkMessage> opened) {
      heardNanos = clock.getAsLong();
      sessions.put(number, this);
      if (sessions.size() > LINKS_MAX) {
        refuse("too many links");
      }
    }

    @Override
    public void received(MessageChannel<LinkMessage> from, LinkMessage message) {
      if (refused) {
        return;
      }
      heardNanos = clock.getAsLong();
      if (replica.isEmpty() && !(message instanceof LinkMessage.Hello)) {
        refuse("the first message must be a hello");
        return;
      }
      switch (message) {
        case LinkMessage.Hello hello -> onHello(hello);
        case LinkMessage.Live said -> onLive(said);
        case LinkMessage.Frame frame -> onFrame(frame);
        case LinkMessage.Ping asked -> channel.send(new LinkMessage.Pong(asked.number()));
        case LinkMessage.Pong _ -> {}
        case LinkMessage.Refused no -> {
          log.warn("link={} refuses us: {}", this, no.reason());
          channel.close();
        }
      }
    }

    private void onHello(LinkMessage.Hello hello) {
      if (replica.isPresent()) {
        refuse("a second hello");
      } else if (hello.protocolVersion() != LinkMessage.PROTOCOL_VERSION) {
        refuse(
            "protocol version "
                + hello.protocolVersion()
                + ", not "
                + LinkMessage.PROTOCOL_VERSION);
      } else if (!hello.vm().equals(vm)) {
        refuse("vm " + hello.vm() + ", not " + vm);
      } else if (!hello.definitionDigest().equals(definitionDigest)) {
        refuse("definition digest " + hello.definitionDigest() + ", not " + definitionDigest);
      } else {
        replica = Optional.of(hello.replica());
        follower.opened(number, hello.replica());
        channel.remoteAddress().map(InetSocketAddress::getAddress).ifPresent(own::addHost);
        channel.send(
            new LinkMessage.Hello(
                LinkMessage.PROTOCOL_VERSION,
                vm,
                hello.replica(),
                hello.machineVersion(),
                definitionDigest));
        log.info("link={} opened", this);
      }
    }

    private void onLive(LinkMessage.Live said) {
      Optional<String> disbelieved =
          follower.saidLive(number, said.epoch(), said.guestGeneration());
      disbelieved.ifPresent(
          why -> log.warn("link={} says live at epoch {}: {}", this, said.epoch(), why));
      settle();
    }

    private void onFrame(LinkMessage.Frame frame) {
      GuestNetwork guest = network;
      if (guest == null || !follower.hears(number)) {
        framesRefused.inc();
        return;
      }
      guest.onFrame(frame.frame().array());
    }

    private void ping(long nowNanos) {
      if (nowNanos - heardNanos > SILENCE_NANOS_MAX) {
        log.warn("link={} silent for {} s", this, (nowNanos - heardNanos) / 1_000_000_000);
        refused = true;
        channel.abort();
      } else if (!refused) {
        channel.send(new LinkMessage.Ping(nowNanos));
      }
    }

    private void refuse(String why) {
      log.warn("link={} refused: {}", this, why);
      linksRefused.inc();
      refused = true;
      channel.send(new LinkMessage.Refused(why));
      channel.close();
    }

    @Override
    public void closed(String reason) {
      sessions.remove(number);
      if (replica.isPresent()) {
        follower.closed(number);
      }
      log.info("link={} closed: {}", this, reason);
      settle();
    }

    @Override
    public String toString() {
      return replica.map(ReplicaId::brief).orElse("unknown") + "@" + channel.remoteName();
    }
  }
}
