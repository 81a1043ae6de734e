package lockstep.ft.simulation;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lockstep.ft.arbiter.ArbiterReply;
import lockstep.ft.arbiter.ArbiterRequest;
import lockstep.ft.link.LinkMessage;
import lockstep.ft.machine.Bytes;

/**
 * The proxy: takes the requests of {@link Clients} to whoever is live, and the answers back. When
 * it dies, or the guest is started anew, the clients' connections are reset.
 */
final class ProxyNode implements Net.Listener {
  static final String LINK = "link";
  private static final long RETRANSMIT = 25 * World.MILLI;

  private final World world;
  private final Net net;
  private final Checker checker;
  private final Coverage coverage;
  private final ServerNode server;
  private final Sabotage sabotage;
  private final Clients clients;
  private boolean up = true;
  private long starts;

  // What one process knows.
  private final Map<Net.Connection, Long> liveAt = new LinkedHashMap<>();
  private final List<Net.Connection> links = new ArrayList<>();
  private Optional<Net.Connection> arbiter = Optional.empty();
  private boolean dialling;
  private long highestEpoch;
  private long guestGeneration;

  ProxyNode(
      World world,
      Net net,
      Checker checker,
      Coverage coverage,
      ServerNode server,
      Sabotage sabotage) {
    this.world = world;
    this.net = net;
    this.checker = checker;
    this.coverage = coverage;
    this.server = server;
    this.sabotage = sabotage;
    this.clients = new Clients(world, this::send);
    world.after(0, this::tick);
  }

  Clients clients() {
    return clients;
  }

  /**
   * The process dies, and its clients' connections with it.
   *
   * @param silently whether its host dies with it, so that no replica hears of it
   */
  void crash(boolean silently) {
    if (!up) {
      return;
    }
    world.tell("proxy " + (silently ? "vanishes" : "crashes"));
    coverage.count(Coverage.Event.PROXY_DIED);
    up = false;
    starts++;
    for (Net.Connection link : links) {
      if (silently) {
        link.vanish(Net.PROXY);
      } else {
        link.closeFromFar();
      }
    }
    arbiter.ifPresent(Net.Connection::closeFromNear);
    forget();
    clients.reset();
  }

  private void forget() {
    links.clear();
    liveAt.clear();
    arbiter = Optional.empty();
    dialling = false;
    highestEpoch = 0;
    guestGeneration = 0;
    checker.proxyForgets();
  }

  void start() {
    if (!up) {
      world.tell("proxy starts");
      up = true;
    }
  }

  private void tick() {
    if (up) {
      watch();
      clients.retransmit();
    }
    world.after(RETRANSMIT, this::tick);
  }

  private void watch() {
    if (arbiter.isPresent() || dialling) {
      return;
    }
    dialling = true;
    long start = starts;
    net.dial(
        Net.PROXY,
        Net.ARBITER,
        Optional.of(server),
        ServerNode.ARBITER,
        new ArbiterEnd(start),
        connection -> {
          if (start != starts) {
            connection.ifPresent(Net.Connection::closeFromNear);
            return;
          }
          dialling = false;
          arbiter = connection;
          connection.ifPresent(c -> c.sendFromNear(new ArbiterRequest.Hello(Simulation.VM)));
          connection.ifPresent(c -> c.sendFromNear(new ArbiterRequest.Watch(Simulation.VM)));
        });
  }

  /** One process's side of its connection to the arbiter. */
  private final class ArbiterEnd implements Net.End {
    private final long start;

    ArbiterEnd(long start) {
      this.start = start;
    }

    @Override
    public void onMessage(Object message) {
      if (start == starts && message instanceof ArbiterReply.Current current) {
        highestEpoch = Math.max(highestEpoch, current.record().epoch());
        checker.proxyIsTold(current.record().epoch());
      }
    }

    @Override
    public void onClosed() {
      if (start == starts) {
        arbiter = Optional.empty();
      }
    }
  }

  private void send(Bytes frame) {
    liveAt.forEach(
        (connection, epoch) -> {
          if (epoch == highestEpoch) {
            connection.sendFromFar(new LinkMessage.Frame(frame));
          }
        });
  }

  @Override
  public Optional<Net.End> accept(Net.Connection connection, int fromHost, Object purpose) {
    if (!up) {
      return Optional.empty();
    }
    links.add(connection);
    return Optional.of(
        new Net.End() {
          @Override
          public void onMessage(Object message) {
            switch ((LinkMessage) message) {
              case LinkMessage.Live live -> onLive(connection, live);
              case LinkMessage.Frame frame -> onFrame(connection, frame.frame());
              case LinkMessage.Ping ping ->
                  connection.sendFromFar(new LinkMessage.Pong(ping.number()));
              default -> throw new IllegalStateException("unexpected: " + message);
            }
          }

          @Override
          public void onClosed() {
            links.remove(connection);
            liveAt.remove(connection);
          }
        });
  }

  private void onLive(Net.Connection connection, LinkMessage.Live live) {
    checker.proxyIsTold(live.epoch());
    highestEpoch = Math.max(highestEpoch, live.epoch());
    liveAt.put(connection, live.epoch());
    if (live.epoch() == highestEpoch && live.guestGeneration() != guestGeneration) {
      if (guestGeneration != 0) {
        clients.reset();
      }
      guestGeneration = live.guestGeneration();
    }
    clients.retransmit();
  }

  private void onFrame(Net.Connection connection, Bytes bytes) {
    Long epoch = liveAt.get(connection);
    if (epoch == null || (epoch < highestEpoch && !sabotage.proxyTakesStaleFrames)) {
      return; // fenced
    }
    checker.proxyHears(epoch, bytes);
    ByteBuffer frame = ByteBuffer.wrap(bytes.array());
    if (frame.get() == ToyMachine.REPLY) {
      frame.getLong();
      clients.answered((int) frame.getLong(), frame.getLong(), frame.getLong());
    }
  }
}
