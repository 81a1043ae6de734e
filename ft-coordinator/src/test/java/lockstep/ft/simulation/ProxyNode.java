package lockstep.ft.simulation;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import lockstep.ft.arbiter.ArbiterReply;
import lockstep.ft.arbiter.ArbiterRequest;
import lockstep.ft.link.LinkMessage;
import lockstep.ft.machine.Bytes;

/**
 * The proxy, and behind it one client that sends request after request, each until it is answered.
 */
final class ProxyNode implements Net.Listener {
  static final String LINK = "link";
  private static final long RETRANSMIT = 25 * World.MILLI;
  private static final long THINK = 8 * World.MILLI;

  private final World world;
  private final Net net;
  private final Checker checker;
  private final ServerNode server;
  private final Sabotage sabotage;
  private final Map<Net.Connection, Long> liveAt = new HashMap<>();
  private Optional<Net.Connection> arbiter = Optional.empty();
  private boolean dialling;
  private long highestEpoch;
  private long requestId = 1;
  private long replies;

  ProxyNode(World world, Net net, Checker checker, ServerNode server, Sabotage sabotage) {
    this.world = world;
    this.net = net;
    this.checker = checker;
    this.server = server;
    this.sabotage = sabotage;
    world.after(0, this::clientTick);
  }

  /** How many requests have been answered. */
  long replies() {
    return replies;
  }

  private void clientTick() {
    watch();
    request();
    world.after(RETRANSMIT, this::clientTick);
  }

  private void watch() {
    if (arbiter.isPresent() || dialling) {
      return;
    }
    dialling = true;
    Net.End end =
        new Net.End() {
          @Override
          public void onMessage(Object message) {
            if (message instanceof ArbiterReply.Current current) {
              highestEpoch = Math.max(highestEpoch, current.record().epoch());
              checker.proxyIsTold(current.record().epoch());
            }
          }

          @Override
          public void onClosed() {
            arbiter = Optional.empty();
          }
        };
    net.dial(
        Net.PROXY,
        Net.SERVER,
        Optional.of(server),
        ServerNode.ARBITER,
        end,
        connection -> {
          dialling = false;
          arbiter = connection;
          connection.ifPresent(c -> c.sendFromNear(new ArbiterRequest.Hello(Simulation.VM)));
          connection.ifPresent(c -> c.sendFromNear(new ArbiterRequest.Watch(Simulation.VM)));
        });
  }

  private void request() {
    Bytes frame =
        Bytes.of(ByteBuffer.allocate(9).put(ToyMachine.INCREMENT).putLong(requestId).array());
    liveAt.forEach(
        (connection, epoch) -> {
          if (epoch == highestEpoch) {
            connection.sendFromFar(new LinkMessage.Frame(frame));
          }
        });
  }

  @Override
  public Optional<Net.End> accept(Net.Connection connection, int fromHost, Object purpose) {
    return Optional.of(
        new Net.End() {
          @Override
          public void onMessage(Object message) {
            switch ((LinkMessage) message) {
              case LinkMessage.Live live -> {
                checker.proxyIsTold(live.epoch());
                highestEpoch = Math.max(highestEpoch, live.epoch());
                liveAt.put(connection, live.epoch());
                request();
              }
              case LinkMessage.Frame frame -> onFrame(connection, frame.frame());
              case LinkMessage.Ping ping ->
                  connection.sendFromFar(new LinkMessage.Pong(ping.number()));
              default -> throw new IllegalStateException("unexpected: " + message);
            }
          }

          @Override
          public void onClosed() {
            liveAt.remove(connection);
          }
        });
  }

  private void onFrame(Net.Connection connection, Bytes bytes) {
    Long epoch = liveAt.get(connection);
    if (epoch == null || (epoch < highestEpoch && !sabotage.proxyTakesStaleFrames)) {
      return; // fenced
    }
    checker.proxyHears(epoch, bytes);
    ByteBuffer frame = ByteBuffer.wrap(bytes.array());
    if (frame.get() != ToyMachine.REPLY) {
      return;
    }
    frame.getLong();
    long id = frame.getLong();
    long value = frame.getLong();
    checker.clientSees(requestId, id, value);
    if (id == requestId) {
      replies++;
      requestId++;
      world.after(world.between(0, THINK), this::request);
    }
  }
}
