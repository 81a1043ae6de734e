package lockstep.ft.simulation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import lockstep.ft.arbiter.ArbiterReply;
import lockstep.ft.arbiter.ArbiterRequest;
import lockstep.ft.arbiter.ReplicaId;
import lockstep.ft.core.CoreState;
import lockstep.ft.core.Effect;
import lockstep.ft.core.HaltReason;
import lockstep.ft.core.Replica;
import lockstep.ft.core.ReplicaConfig;
import lockstep.ft.core.ReplicaEvent;
import lockstep.ft.core.ReplicaStatus;
import lockstep.ft.core.Role;
import lockstep.ft.link.LinkMessage;
import lockstep.ft.log.LogChannelMessage;
import lockstep.ft.log.Payload;
import lockstep.ft.machine.Bytes;

/** A VMM process: one start of it, on one host. What production's driver does, without a thread. */
final class ReplicaNode implements Net.Listener {
  static final String LOG = "log";
  private static final long STEPS_PER_SLICE = 200;
  private static final long REDIAL = 20 * World.MILLI;

  private final Simulation sim;
  private final World world;
  final int host;
  final ReplicaId id;
  private final Replica replica;
  private final ToyMachine machine;
  private final long clockOffset;
  private final ArrayDeque<ReplicaEvent> inbox = new ArrayDeque<>();
  private final Map<Long, Net.Connection> channels = new HashMap<>();
  private final Map<Long, Boolean> channelIsNear = new HashMap<>();
  private final Map<Integer, Net.Connection> disks = new HashMap<>();
  private final List<Net.Connection> mine = new ArrayList<>();
  private final List<Net.Connection> theirs = new ArrayList<>();
  private Optional<Net.Connection> arbiter = Optional.empty();
  private Optional<Net.Connection> proxy = Optional.empty();
  private Optional<HaltReason> halted = Optional.empty();
  private ReplicaStatus last;
  private long nextChannel;
  private long newestAttach;
  private boolean alive = true;
  private boolean paused;
  private long wakeups;
  private long slicedAt;

  ReplicaNode(Simulation sim, int host, ReplicaConfig config, ToyMachine machine, CoreState state) {
    this.sim = sim;
    this.world = sim.world;
    this.host = host;
    this.id = config.self().id();
    this.machine = machine;
    this.clockOffset = world.between(-1L << 40, 1L << 40);
    if (state.outputsMade() > 0) {
      sim.checker.markReceived(id, state.outputsMade() - 1);
    }
    this.replica = new Replica(config, machine, state, clock());
    this.last = status();
    dialArbiter();
    dialProxy();
    wakeAfter(0);
  }

  private long clock() {
    return world.now() + clockOffset;
  }

  Role role() {
    return replica.role();
  }

  Optional<HaltReason> haltReason() {
    return halted;
  }

  boolean isAlive() {
    return alive;
  }

  boolean isPaused() {
    return paused;
  }

  ReplicaStatus status() {
    return replica.status(clock());
  }

  ToyMachine machine() {
    return machine;
  }

  CoreState coreState() {
    return replica.coreState();
  }

  // Faults.

  /**
   * The process ends.
   *
   * @param silently whether its host dies with it, so that nobody hears of it
   */
  void crash(boolean silently) {
    if (!alive) {
      return;
    }
    world.tell(name() + (silently ? " vanishes" : " is killed") + " as " + role());
    end(silently);
  }

  private void end(boolean silently) {
    alive = false;
    for (Net.Connection connection : List.copyOf(mine)) {
      if (silently) {
        connection.vanish(host);
      } else {
        connection.closeFromNear();
      }
    }
    for (Net.Connection connection : List.copyOf(theirs)) {
      if (silently) {
        connection.vanish(host);
      } else {
        connection.closeFromFar();
      }
    }
    mine.clear();
    theirs.clear();
  }

  void pause() {
    if (alive && !paused) {
      world.tell(name() + " is stopped as " + role());
      paused = true;
    }
  }

  void resume() {
    if (alive && paused) {
      world.tell(name() + " continues");
      paused = false;
      if (world.chance(0.5)) {
        // It was stopped between looking into its inbox and looking at its clock.
        handle(world.chance(0.5) ? new ReplicaEvent.Tick() : new ReplicaEvent.RunSlice(100));
      }
      wakeAfter(0);
    }
  }

  void input(ReplicaEvent event) {
    arrive(event);
  }

  String name() {
    return "host " + host + " (" + id.brief() + ")";
  }

  // The loop.

  private void arrive(ReplicaEvent event) {
    if (alive) {
      inbox.addLast(event);
      wakeAfter(0);
    }
  }

  private void wakeAfter(long nanos) {
    long wakeup = ++wakeups;
    world.after(
        nanos,
        () -> {
          if (wakeup == wakeups) {
            loop();
          }
        });
  }

  private void loop() {
    if (!alive || paused) {
      return;
    }
    while (alive && !inbox.isEmpty()) {
      handle(inbox.removeFirst());
    }
    if (!alive) {
      return;
    }
    if (replica.wantsToRun(clock())) {
      long wait = slicedAt + sim.sliceNanos() - world.now();
      if (wait > 0) {
        wakeAfter(wait);
        return;
      }
      slicedAt = world.now();
      handle(new ReplicaEvent.RunSlice(STEPS_PER_SLICE));
      wakeAfter(replica.halted() ? World.MILLI : 0);
      return;
    }
    long wait = replica.nextDeadlineNanos() - clock();
    if (wait <= 0) {
      handle(new ReplicaEvent.Tick());
      wait = World.MILLI;
    }
    if (alive) {
      wakeAfter(Math.min(wait, 200 * World.MILLI));
    }
  }

  private void handle(ReplicaEvent event) {
    ReplicaStatus before = last;
    noteMarks(before.role(), event);
    List<Effect> effects = new ArrayList<>();
    if (sim.sabotage.forgesAcks && before.role() == Role.PRIMARY) {
      channels
          .keySet()
          .forEach(
              channel ->
                  replica.onEvent(
                      new ReplicaEvent.PeerSaid(
                          channel, new LogChannelMessage.Ack(before.nextLsn(), before.position())),
                      clock(),
                      effects::add));
    }
    replica.onEvent(event, clock(), effects::add);
    ReplicaStatus after = status();
    last = after;
    sim.checker.outputsReleased(id, before, after);
    for (Effect effect : effects) {
      perform(effect, after);
    }
    boolean moved = after.nextLsn() != before.nextLsn() || after.position() != before.position();
    boolean atEnd = after.role() == Role.PRIMARY || !replica.wantsToRun(clock());
    if (moved && atEnd) {
      sim.checker.machineAt(after, machine.hash());
    }
    sim.checker.noCorruption(machine.corruptions());
    if (effects.stream().anyMatch(effect -> effect instanceof Effect.Halt)) {
      end(false);
    }
  }

  /** What an unsealed backup is given, it has received. */
  private void noteMarks(Role role, ReplicaEvent event) {
    boolean takes = role == Role.CANDIDATE || role == Role.BACKUP;
    if (takes
        && event instanceof ReplicaEvent.PeerSaid(long _, LogChannelMessage.Entries entries)) {
      entries
          .entries()
          .forEach(
              entry -> {
                if (entry.payload() instanceof Payload.OutputMade(long output)) {
                  sim.checker.markReceived(id, output);
                }
              });
    }
  }

  private void perform(Effect effect, ReplicaStatus status) {
    switch (effect) {
      case Effect.AskArbiter ask -> arbiter.ifPresent(c -> c.sendFromNear(ask.request()));
      case Effect.DialPeer dial -> dialPeer(dial.logEndpoint());
      case Effect.SendToPeer send -> sendToPeer(send);
      case Effect.ClosePeer close -> closePeer(close.channel());
      case Effect.AttachDisk attach -> attachDisk(attach);
      case Effect.DetachDisk detach -> detachDisk(detach.disk());
      case Effect.SubmitDisk submit -> {
        sim.checker.released(id, status, effect);
        Optional.ofNullable(disks.get(submit.disk()))
            .ifPresent(
                connection ->
                    connection.sendFromNear(
                        new ServerNode.DiskAsked(
                            submit.tag(),
                            submit.operation(),
                            submit.offset(),
                            submit.length(),
                            submit.data())));
      }
      case Effect.AnnounceLive live ->
          proxy.ifPresent(
              c -> c.sendFromNear(new LinkMessage.Live(live.epoch(), live.guestGeneration())));
      case Effect.SendFrame frame -> {
        sim.checker.released(id, status, effect);
        proxy.ifPresent(c -> c.sendFromNear(new LinkMessage.Frame(frame.frame())));
      }
      case Effect.WriteConsole _ -> sim.checker.released(id, status, effect);
      case Effect.DrawEntropy draw -> {
        sim.checker.released(id, status, effect);
        byte[] drawn = new byte[draw.length()];
        for (int i = 0; i < drawn.length; i++) {
          drawn[i] = (byte) world.random.nextInt();
        }
        arrive(new ReplicaEvent.EntropyDrawn(draw.requestId(), Bytes.of(drawn)));
      }
      case Effect.Logged logged -> sim.logged(id, logged.entry());
      case Effect.RoleChanged changed ->
          world.tell(
              name()
                  + " "
                  + changed.from()
                  + "->"
                  + changed.to()
                  + " epoch="
                  + changed.epoch()
                  + " lsn="
                  + changed.nextLsn()
                  + " position="
                  + changed.position()
                  + ": "
                  + changed.why());
      case Effect.DivergenceFound found -> sim.divergence(found);
      case Effect.Hashed _ -> {}
      case Effect.Halt halt -> halted = Optional.of(halt.reason());
    }
  }

  // Connections.

  /** An end whose arrivals reach the process only while it lives. */
  private abstract class ProcessEnd implements Net.End {
    protected Optional<Net.Connection> connection = Optional.empty();

    @Override
    public final void onMessage(Object message) {
      if (alive) {
        message(message);
      }
    }

    @Override
    public final void onClosed() {
      if (alive) {
        connection.ifPresent(mine::remove);
        connection.ifPresent(theirs::remove);
        closed();
      }
    }

    abstract void message(Object message);

    abstract void closed();
  }

  private void dial(
      int to,
      Optional<Net.Listener> target,
      Object purpose,
      ProcessEnd end,
      Consumer<Optional<Net.Connection>> done) {
    sim.net.dial(
        host,
        to,
        target,
        purpose,
        end,
        connection -> {
          if (!alive) {
            connection.ifPresent(Net.Connection::closeFromNear);
            return;
          }
          end.connection = connection;
          connection.ifPresent(mine::add);
          done.accept(connection);
        });
  }

  private void later(Runnable action) {
    world.after(
        REDIAL,
        () -> {
          if (alive) {
            action.run();
          }
        });
  }

  private void dialArbiter() {
    ProcessEnd end =
        new ProcessEnd() {
          @Override
          void message(Object message) {
            arrive(new ReplicaEvent.ArbiterAnswered((ArbiterReply) message));
          }

          @Override
          void closed() {
            arbiter = Optional.empty();
            arrive(new ReplicaEvent.ArbiterDown());
            later(ReplicaNode.this::dialArbiter);
          }
        };
    dial(
        Net.SERVER,
        Optional.of(sim.server),
        ServerNode.ARBITER,
        end,
        connection -> {
          arbiter = connection;
          if (connection.isPresent()) {
            connection.get().sendFromNear(new ArbiterRequest.Hello(Simulation.VM));
            arrive(new ReplicaEvent.ArbiterUp());
          } else {
            later(this::dialArbiter);
          }
        });
  }

  private void dialProxy() {
    ProcessEnd end =
        new ProcessEnd() {
          @Override
          void message(Object message) {
            if (message instanceof LinkMessage.Frame frame) {
              arrive(new ReplicaEvent.FrameArrived(frame.frame()));
            }
          }

          @Override
          void closed() {
            proxy = Optional.empty();
            arrive(new ReplicaEvent.ProxyDown());
            later(ReplicaNode.this::dialProxy);
          }
        };
    dial(
        Net.PROXY,
        Optional.of(sim.proxy),
        ProxyNode.LINK,
        end,
        connection -> {
          proxy = connection;
          if (connection.isPresent()) {
            arrive(new ReplicaEvent.ProxyUp());
          } else {
            later(this::dialProxy);
          }
        });
  }

  private final class PeerEnd extends ProcessEnd {
    private final long channel;

    PeerEnd(long channel) {
      this.channel = channel;
    }

    @Override
    void message(Object message) {
      arrive(new ReplicaEvent.PeerSaid(channel, (LogChannelMessage) message));
    }

    @Override
    void closed() {
      channels.remove(channel);
      arrive(new ReplicaEvent.PeerDown(channel));
    }
  }

  private void dialPeer(String endpoint) {
    Optional<ReplicaNode> target = sim.byEndpoint(endpoint);
    long channel = nextChannel++;
    int to = Integer.parseInt(endpoint.substring(0, 1));
    dial(
        to,
        target.map(node -> node),
        LOG,
        new PeerEnd(channel),
        connection -> {
          if (connection.isPresent()) {
            channels.put(channel, connection.get());
            channelIsNear.put(channel, true);
            arrive(new ReplicaEvent.PeerUp(channel, true));
          } else {
            arrive(new ReplicaEvent.DialFailed());
          }
        });
  }

  @Override
  public Optional<Net.End> accept(Net.Connection connection, int fromHost, Object purpose) {
    if (!alive) {
      return Optional.empty();
    }
    long channel = nextChannel++;
    channels.put(channel, connection);
    channelIsNear.put(channel, false);
    theirs.add(connection);
    PeerEnd end = new PeerEnd(channel);
    end.connection = Optional.of(connection);
    arrive(new ReplicaEvent.PeerUp(channel, false));
    return Optional.of(end);
  }

  private void sendToPeer(Effect.SendToPeer send) {
    Net.Connection connection = channels.get(send.channel());
    if (connection == null) {
      return;
    }
    LogChannelMessage message = sim.throughCodec(send.message());
    if (channelIsNear.getOrDefault(send.channel(), false)) {
      connection.sendFromNear(message);
    } else {
      connection.sendFromFar(message);
    }
  }

  private void closePeer(long channel) {
    Net.Connection connection = channels.remove(channel);
    if (connection == null) {
      return;
    }
    mine.remove(connection);
    theirs.remove(connection);
    if (channelIsNear.getOrDefault(channel, false)) {
      connection.closeFromNear();
    } else {
      connection.closeFromFar();
    }
  }

  private void attachDisk(Effect.AttachDisk attach) {
    detachDisk(attach.disk());
    newestAttach = attach.attach();
    ProcessEnd end =
        new ProcessEnd() {
          @Override
          void message(Object message) {
            switch (message) {
              case ServerNode.Attached attached ->
                  arrive(
                      new ReplicaEvent.DiskAttached(
                          attach.disk(), attach.attach(), attached.incarnation()));
              case ServerNode.Fenced _ ->
                  arrive(new ReplicaEvent.DiskFenced(attach.disk(), attach.attach()));
              case ServerNode.DiskSaid said ->
                  arrive(
                      new ReplicaEvent.DiskAnswered(
                          attach.disk(), attach.attach(), said.tag(), said.status(), said.data()));
              default -> throw new IllegalStateException("unexpected: " + message);
            }
          }

          @Override
          void closed() {
            arrive(new ReplicaEvent.DiskLost(attach.disk(), attach.attach()));
          }
        };
    dial(
        Net.SERVER,
        Optional.of(sim.server),
        new ServerNode.AttachAsked(id, attach.epoch()),
        end,
        connection -> {
          if (connection.isPresent() && attach.attach() < newestAttach) {
            mine.remove(connection.get());
            connection.get().closeFromNear(); // a later attach has overtaken this one
          } else if (connection.isPresent()) {
            disks.put(attach.disk(), connection.get());
          } else {
            arrive(new ReplicaEvent.DiskLost(attach.disk(), attach.attach()));
          }
        });
  }

  private void detachDisk(int disk) {
    Net.Connection connection = disks.remove(disk);
    if (connection != null) {
      mine.remove(connection);
      connection.closeFromNear();
    }
  }
}
