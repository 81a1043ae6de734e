package lockstep.ft.simulation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
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
import lockstep.ft.log.LogEntry;
import lockstep.ft.log.Payload;
import lockstep.ft.machine.Bytes;
import lockstep.ft.machine.Input;
import lockstep.ft.machine.Output;
import lockstep.ft.transfer.TransferProgress;

/** A VMM process: one start of it, on one host. What production's driver does, without a thread. */
final class ReplicaNode implements Net.Listener {
  static final String LOG = "log";
  private static final long STEPS_PER_SLICE = 200;
  private static final long ARBITER_PATIENCE = 60 * World.MILLI;
  private static final long REDIAL = 20 * World.MILLI;

  /** A link that is probed, every {@link #REDIAL}, and silent for so many times is given up. */
  private static final int PROBES_UNANSWERED_MAX = 4;

  private final Simulation sim;
  private final World world;
  final int host;
  final ReplicaId id;
  private final Replica replica;
  private final ToyMachine machine;
  private final long diskBytesAtStart;
  private final long clockOffset;

  /** Millionths that its clock is too fast, or if negative too slow: worse than any real one. */
  private final long clockDrift;

  private final ArrayDeque<ReplicaEvent> inbox = new ArrayDeque<>();
  private final Map<Long, Net.Connection> channels = new HashMap<>();
  private final Map<Long, Boolean> channelIsNear = new HashMap<>();
  private final Map<Integer, Net.Connection> disks = new HashMap<>();
  private final List<Net.Connection> mine = new ArrayList<>();
  private final List<Net.Connection> theirs = new ArrayList<>();
  private Optional<Net.Connection> arbiter = Optional.empty();
  private Optional<Net.Connection> proxy = Optional.empty();
  private final Map<Net.Connection, Integer> unanswered = new HashMap<>();
  private Optional<HaltReason> halted = Optional.empty();
  private ReplicaStatus last;
  private long nextChannel;
  private final long[] newestAttach = new long[ToyMachine.DISKS];
  private final long[] incarnationSeen = new long[ToyMachine.DISKS];
  private Optional<Long> cutChannel = Optional.empty();
  private Optional<Long> sealedChannel = Optional.empty();
  private long stepsPerSlice = STEPS_PER_SLICE;
  private long arbiterAskedAt = Long.MAX_VALUE;
  private boolean alive = true;
  private boolean paused;
  private long wakeups;
  private long slicedAt;
  private long stoodStillNanos;

  ReplicaNode(Simulation sim, int host, ReplicaConfig config, ToyMachine machine, CoreState state) {
    this.sim = sim;
    this.world = sim.world;
    this.host = host;
    this.id = config.self().id();
    this.machine = machine;
    this.diskBytesAtStart = config.disksBytes().getFirst();
    this.clockOffset = world.between(-1L << 40, 1L << 40);
    this.clockDrift = sim.clockDrift();
    if (state.outputsMade() > 0) {
      sim.checker.startsWith(id, state.outputsMade());
    }
    this.replica = new Replica(config, machine, state, clock());
    this.last = status();
    dialArbiter();
    dialProxy();
    dialProbe();
    wakeAfter(0);
  }

  private long clock() {
    return world.now() + world.now() * clockDrift / 1_000_000 + clockOffset;
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

  /** The size that this replica's guest knows its disks to have. */
  long diskBytes() {
    return machine.diskBytes();
  }

  ToyMachine machine() {
    return machine;
  }

  CoreState coreState() {
    return replica.coreState();
  }

  /** Whether a tick is due now, whatever else happens. */
  boolean isDue() {
    return replica.nextDeadlineNanos() - clock() <= 0;
  }

  /** For how long the guest stood still when this replica last handed over; 0 if it never has. */
  long stoodStillNanos() {
    return stoodStillNanos;
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

  private void standStill(long nanos) {
    if (nanos > 0) {
      pause();
      world.after(nanos, this::resume);
    }
  }

  /** A busy host: the machine makes so many steps in a slice. */
  void slow(long steps) {
    stepsPerSlice = steps;
  }

  void fullSpeed() {
    stepsPerSlice = STEPS_PER_SLICE;
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
    while (alive && !paused && !inbox.isEmpty()) {
      handle(inbox.removeFirst());
    }
    if (!alive || paused) {
      return;
    }
    if (replica.wantsToRun(clock())) {
      long wait = slicedAt + sim.sliceNanos() - world.now();
      if (wait > 0) {
        wakeAfter(wait);
        return;
      }
      slicedAt = world.now();
      handle(new ReplicaEvent.RunSlice(stepsPerSlice));
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

  private void handle(ReplicaEvent given) {
    ReplicaEvent event = sabotaged(given);
    ReplicaStatus before = event instanceof ReplicaEvent.RunSlice ? status() : last;
    disturbMachine(before);
    List<Effect> effects = new ArrayList<>();
    forgeAcks(before, effects);
    replica.onEvent(event, clock(), effects::add);
    ReplicaStatus after = status();
    last = after;
    noteMarks(after, event);
    noteCut(before.role(), after.role(), effects);
    letOutEarly(after, event, effects);
    if (!sim.sabotage.statusIsNotLookedAt) {
      sim.checker.says(id, after);
    }
    sim.checker.outputsReleased(id, before, after);
    sim.checker.executed(id, after.position());
    boolean isPrimary = before.role() == Role.PRIMARY && after.role() == Role.PRIMARY;
    if (isPrimary && after.position() > before.position()) {
      sim.checker.guestRan(id, before.peer(), before.position(), world.now());
    }
    for (Effect effect : effects) {
      if (!isLost(effect)) {
        perform(sabotaged(effect), after);
      }
    }
    cover(event, before, after);
    coverSwitch(event, before.role(), after.role(), effects);
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

  private void cover(ReplicaEvent event, ReplicaStatus before, ReplicaStatus after) {
    Coverage coverage = sim.coverage;
    boolean waits = after.outputsMade() > after.outputsReleased();
    if (after.role() == Role.ALONE && after.peer().isEmpty() && waits) {
      coverage.count(Coverage.Event.LEASE_STALL);
    }
    if (after.held().map(why -> why.contains("lags") || why.contains("executed")).orElse(false)) {
      coverage.count(Coverage.Event.HELD_FOR_LAG);
    }
    if (after.transfer().map(TransferProgress::heldUp).orElse(false)) {
      coverage.count(Coverage.Event.CUT_HELD_UP);
    }
    boolean takesOver = !before.role().isLive() && after.role().isLive();
    if (takesOver && after.paused()) {
      coverage.count(Coverage.Event.LIVE_WHILE_PAUSED);
    }
    if (after.paused() && before.paused() && after.role().isLive() && before.role().isLive()) {
      Checker.require(after.position() == before.position(), "a paused guest runs");
    }
    if (after.role() != before.role()) {
      switch (after.role()) {
        case ALONE ->
            coverage.count(
                before.role() == Role.GOING_ALONE
                    ? Coverage.Event.WENT_ON_ALONE
                    : Coverage.Event.WENT_LIVE);
        case LIVE_WAITING -> coverage.count(Coverage.Event.STARTED_ANEW);
        case PRIMARY -> {
          if (before.role() == Role.ALONE) {
            coverage.count(Coverage.Event.ENLISTED_AFTER_TRANSFER);
            cutChannel = Optional.empty();
          }
        }
        default -> {}
      }
    }
    if (event instanceof ReplicaEvent.DiskAttached attached && before.role().isLive()) {
      int disk = attached.disk();
      boolean other = incarnationSeen[disk] != 0 && incarnationSeen[disk] != attached.incarnation();
      if (other && before.keptWritesBytes() > 0) {
        coverage.count(Coverage.Event.CATCH_UP);
      }
      incarnationSeen[disk] = attached.incarnation();
    }
    if (event instanceof ReplicaEvent.PeerSaid(long _, LogChannelMessage.HelloRefused _)) {
      coverage.count(Coverage.Event.SPARE_REFUSED);
    }
  }

  private void coverSwitch(ReplicaEvent event, Role before, Role after, List<Effect> effects) {
    if (before != Role.HANDING_OVER && after == Role.HANDING_OVER) {
      sim.coverage.count(Coverage.Event.HANDED_OVER);
      sim.switchReached("handed over");
    }
    if (before != Role.TAKING_OVER && after == Role.TAKING_OVER) {
      sim.switchReached("taking over");
    }
    if (before == Role.TAKING_OVER && after == Role.PRIMARY) {
      sim.coverage.count(Coverage.Event.ROLES_SWITCHED);
    }
    if (before == Role.TAKING_OVER && after == Role.GOING_ALONE) {
      sim.coverage.count(Coverage.Event.TOOK_OVER_WITHOUT_THE_OTHER);
    }
    if (before == Role.HANDING_OVER && after == Role.GOING_ALONE) {
      sim.coverage.count(Coverage.Event.HAND_OVER_GIVEN_UP);
    }
    boolean refused = event instanceof ReplicaEvent.ArbiterAnswered(ArbiterReply.Refused _);
    boolean claims =
        effects.stream()
            .anyMatch(effect -> effect instanceof Effect.AskArbiter(ArbiterRequest.Claim _));
    if (refused && claims) {
      sim.coverage.count(Coverage.Event.CLAIMED_AS_THE_OTHER_S_BACKUP);
    }
  }

  // Sabotage.

  private void forgeAcks(ReplicaStatus before, List<Effect> effects) {
    boolean toPrimary = sim.sabotage.forgesAcks && before.role() == Role.PRIMARY;
    boolean sinceCut = sim.sabotage.forgesAcksFromTheCut && cutChannel.isPresent();
    if (toPrimary || sinceCut) {
      LogChannelMessage ack = new LogChannelMessage.Ack(before.nextLsn(), before.position());
      channels
          .keySet()
          .forEach(
              channel ->
                  replica.onEvent(new ReplicaEvent.PeerSaid(channel, ack), clock(), effects::add));
    }
  }

  /** What waits at the gate leaves, as if a path beside it did not ask how far it is open. */
  private void letOutEarly(ReplicaStatus after, ReplicaEvent event, List<Effect> effects) {
    if (after.role() != Role.PRIMARY) {
      return;
    }
    List<Output> waiting = replica.coreState().unreleased();
    long number = after.outputsMade() - waiting.size();
    for (Output output : waiting) {
      if (sim.sabotage.submitsEarly
          && output instanceof Output.DiskRequested request
          && event instanceof ReplicaEvent.DiskAttached attached
          && attached.disk() == request.disk()) {
        effects.add(
            new Effect.SubmitDisk(
                OptionalLong.of(number),
                request.disk(),
                attached.attach(),
                -number,
                request.operation(),
                request.offset(),
                request.length(),
                request.data()));
      }
      if (sim.sabotage.drawsEarly && output instanceof Output.EntropyRequested request) {
        effects.add(new Effect.DrawEntropy(number, request.requestId(), request.length()));
      }
      number++;
    }
  }

  private void disturbMachine(ReplicaStatus before) {
    if (sim.sabotage.flipsBitsUnseen && before.role() == Role.BACKUP && world.chance(0.01)) {
      machine.flipBit();
    }
    if (sim.sabotage.runsWhilePaused && before.role().isLive() && before.paused()) {
      machine.run(machine.position() + 1);
    }
  }

  /** What is carried out instead of an effect, by a world that breaks a rule. */
  private Effect sabotaged(Effect effect) {
    return switch (effect) {
      case Effect.SendFrame frame when sim.sabotage.miscountsFrames ->
          new Effect.SendFrame(frame.output() + 1, frame.frame());
      case Effect.WriteConsole write when sim.sabotage.garblesConsole && world.chance(0.5) ->
          new Effect.WriteConsole(write.output(), write.offset(), Bytes.of(new byte[] {'?'}));
      default -> effect;
    };
  }

  private boolean isLost(Effect effect) {
    return switch (effect) {
      case Effect.AskArbiter(ArbiterRequest.Claim _) -> sim.sabotage.losesClaims;
      case Effect.SendToPeer(long _, LogChannelMessage.TransferCut _) -> sim.sabotage.losesCuts;
      default -> false;
    };
  }

  /** What the replica is told instead, by a world that breaks a rule. */
  private ReplicaEvent sabotaged(ReplicaEvent event) {
    Sabotage sabotage = sim.sabotage;
    if (sabotage.hidesLag
        && event instanceof ReplicaEvent.PeerSaid(long channel, LogChannelMessage.Ack ack)) {
      return new ReplicaEvent.PeerSaid(
          channel, new LogChannelMessage.Ack(ack.nextLsn(), Long.MAX_VALUE));
    }
    if (sabotage.forgetsKeptOutputs
        && event instanceof ReplicaEvent.PeerSaid(long channel, LogChannelMessage.Entries batch)) {
      return new ReplicaEvent.PeerSaid(
          channel, new LogChannelMessage.Entries(batch.entries(), batch.outputsReleased() + 3));
    }
    if (sabotage.acksAfterSeal
        && sealedChannel.isPresent()
        && event instanceof ReplicaEvent.PeerSaid(long _, LogChannelMessage.Entries late)) {
      long next = late.entries().getLast().lsn() + 1;
      Net.Connection connection = channels.get(sealedChannel.get());
      if (connection != null) {
        connection.sendFromNear(new LogChannelMessage.Ack(next, last.position()));
      }
    }
    if (sabotage.stretchesLeases && event instanceof ReplicaEvent.ArbiterAnswered(var reply)) {
      return new ReplicaEvent.ArbiterAnswered(
          switch (reply) {
            case ArbiterReply.Granted granted ->
                new ArbiterReply.Granted(granted.nonce(), granted.record(), 1 << 20);
            case ArbiterReply.Renewed renewed ->
                new ArbiterReply.Renewed(renewed.sequence(), 1 << 20);
            default -> reply;
          });
    }
    if (sabotage.hidesDiskSizes
        && event instanceof ReplicaEvent.DiskAttached(int disk, long attach, long incarnation, _)) {
      return new ReplicaEvent.DiskAttached(disk, attach, incarnation, diskBytesAtStart);
    }
    if (sabotage.reissuesBeforeCatchUp
        && event
            instanceof
            ReplicaEvent.DiskAttached(int disk, long attach, long incarnation, long diskBytes)
        && incarnationSeen[disk] != 0
        && incarnationSeen[disk] != incarnation) {
      long hidden = incarnationSeen[disk];
      incarnationSeen[disk] = incarnation;
      later(() -> arrive(new ReplicaEvent.DiskLost(disk, attach)));
      return new ReplicaEvent.DiskAttached(disk, attach, hidden, diskBytes);
    }
    return event;
  }

  /** What has become part of the log of an unsealed backup, it has received. */
  private void noteMarks(ReplicaStatus after, ReplicaEvent event) {
    if (after.role() != Role.CANDIDATE && after.role() != Role.BACKUP) {
      return;
    }
    if (event instanceof ReplicaEvent.PeerSaid(long _, LogChannelMessage.Entries batch)) {
      for (LogEntry entry : batch.entries()) {
        boolean taken = entry.lsn() < after.nextLsn();
        if (taken && entry.payload() instanceof Payload.OutputMade(long output)) {
          sim.checker.markReceived(id, output);
        }
      }
    }
    if (event instanceof ReplicaEvent.PeerSaid(long _, LogChannelMessage.TransferCut cut)) {
      sim.checker.cutReceived(id, cut);
    }
  }

  /**
   * What a cut asks for ends with the enlisting; or with the candidate, if enlisting it was not
   * asked for yet; or else with the claim that gives it up.
   */
  private void noteCut(Role before, Role after, List<Effect> effects) {
    boolean givesUp =
        effects.stream()
            .anyMatch(
                effect ->
                    effect instanceof Effect.ClosePeer(long channel)
                        && cutChannel.equals(Optional.of(channel)));
    boolean mayBeEnlisted = after == Role.GOING_ALONE || (after == Role.ALONE && !givesUp);
    if (!mayBeEnlisted || (before == Role.GOING_ALONE && after == Role.ALONE)) {
      sim.checker.cutIsSettled(id);
    }
  }

  private void perform(Effect effect, ReplicaStatus status) {
    switch (effect) {
      case Effect.AskArbiter ask ->
          arbiter.ifPresent(
              c -> {
                arbiterAskedAt = Math.min(arbiterAskedAt, world.now());
                c.sendFromNear(ask.request());
              });
      case Effect.DialPeer dial -> dialPeer(dial.logEndpoint());
      case Effect.SendToPeer send -> {
        noteSent(send, status);
        sendToPeer(send);
      }
      case Effect.ClosePeer close -> {
        if (cutChannel.equals(Optional.of(close.channel()))) {
          sim.coverage.count(Coverage.Event.CANDIDATE_LOST_AFTER_CUT);
          cutChannel = Optional.empty();
        }
        if (sim.sabotage.acksAfterSeal && status.role() == Role.SEALED) {
          sealedChannel = Optional.of(close.channel());
        } else {
          closePeer(close.channel());
        }
      }
      case Effect.AttachDisk attach -> attachDisk(attach);
      case Effect.DetachDisk detach -> {
        if (status.role() != Role.HANDING_OVER) {
          sim.coverage.count(Coverage.Event.DISK_GIVEN_UP);
        }
        detachDisk(detach.disk());
      }
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
        Bytes sent = sim.sabotage.inventsFrames ? Bytes.of(new byte[33]) : frame.frame();
        proxy.ifPresent(c -> c.sendFromNear(new LinkMessage.Frame(sent)));
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
      case Effect.RoleChanged changed -> {
        if (changed.to() == Role.HANDING_OVER && changed.why().contains("lacks a way")) {
          sim.coverage.count(Coverage.Event.HANDED_OVER_FOR_A_PATH);
        }
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
      }
      case Effect.DivergenceFound found -> {
        sim.divergence(found, machine);
        standStill(Math.min(found.nanosMax(), sim.keepingNanos()));
      }
      case Effect.Hashed _ -> {}
      case Effect.RolesSwitched switched -> stoodStillNanos = switched.stoodStillNanos();
      case Effect.StartedAnew _ -> sim.coverage.count(Coverage.Event.TOLD_STARTED_ANEW);
      case Effect.Noted noted -> world.tell(name() + " " + noted.what());
      case Effect.TransferTold told -> {
        world.tell(name() + " transfer " + told.what() + " " + told.progress());
        sim.transferTold(told.what());
        if (told.what().startsWith("ended")) {
          sim.coverage.count(Coverage.Event.TRANSFER_ENDED_EARLY);
        }
      }
      case Effect.Halt halt -> {
        halted = Optional.of(halt.reason());
        if (halt.reason() == HaltReason.GUEST_RESET) {
          sim.coverage.count(Coverage.Event.RESET);
        }
      }
    }
  }

  private void noteSent(Effect.SendToPeer send, ReplicaStatus status) {
    switch (send.message()) {
      case LogChannelMessage.TransferBegan _ -> sim.coverage.count(Coverage.Event.TRANSFER_BEGAN);
      case LogChannelMessage.TransferCut cut -> {
        sim.coverage.count(Coverage.Event.TRANSFER_CUT);
        sim.checker.cutMade(id, status.peer(), cut, status.outputsMade());
        cutChannel = Optional.of(send.channel());
      }
      case LogChannelMessage.Entries entries -> {
        for (LogEntry entry : entries.entries()) {
          if (entry.payload() instanceof Payload.OwnFlushBegan) {
            sim.coverage.count(Coverage.Event.OWN_FLUSH);
          } else if (entry.payload() instanceof Payload.HandedOver) {
            noteHandOver(status);
          }
        }
      }
      default -> {}
    }
  }

  /** What this replica has made so far it need not be told when the other is live. */
  private void noteHandOver(ReplicaStatus status) {
    if (status.outputsMade() > 0) {
      sim.checker.markReceived(id, status.outputsMade() - 1);
    }
    if (sim.sabotage.injectsBehindTheHandOver) {
      machine.inject(new Input.ConsoleReceived(Bytes.of(new byte[1])));
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
            arbiterAskedAt = Long.MAX_VALUE;
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
        Net.ARBITER,
        Optional.of(sim.server),
        ServerNode.ARBITER,
        end,
        connection -> {
          arbiter = connection;
          arbiterAskedAt = Long.MAX_VALUE;
          if (connection.isPresent()) {
            watchArbiter(connection.get());
            connection.get().sendFromNear(new ArbiterRequest.Hello(Simulation.VM));
            arrive(new ReplicaEvent.ArbiterUp());
          } else {
            later(this::dialArbiter);
          }
        });
  }

  /** A link on which nothing is answered is given up, as production does. */
  private void watchArbiter(Net.Connection link) {
    later(
        () -> {
          if (!arbiter.equals(Optional.of(link))) {
            return;
          }
          if (world.now() - arbiterAskedAt > ARBITER_PATIENCE) {
            mine.remove(link);
            link.closeFromNear();
            arbiter = Optional.empty();
            arrive(new ReplicaEvent.ArbiterDown());
            dialArbiter();
          } else {
            watchArbiter(link);
          }
        });
  }

  private void dialProxy() {
    ProcessEnd end =
        new ProcessEnd() {
          @Override
          void message(Object message) {
            if (message instanceof LinkMessage.Pong) {
              heardOn(connection);
            } else if (message instanceof LinkMessage.Frame frame) {
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
            probe(connection.get(), new LinkMessage.Ping(1), end);
          } else {
            later(this::dialProxy);
          }
        });
  }

  /** A connection to the disk server that carries nothing but its probing. */
  private void dialProbe() {
    ProcessEnd end =
        new ProcessEnd() {
          private boolean reached;

          @Override
          void message(Object message) {
            heardOn(connection);
            if (!reached) {
              reached = true;
              arrive(new ReplicaEvent.DiskServerReached());
            }
          }

          @Override
          void closed() {
            arrive(new ReplicaEvent.DiskServerMissed());
            later(ReplicaNode.this::dialProbe);
          }
        };
    dial(
        Net.SERVER,
        Optional.of(sim.server),
        ServerNode.PROBE,
        end,
        connection -> {
          if (connection.isPresent()) {
            probe(connection.get(), ServerNode.PROBE, end);
          } else {
            later(this::dialProbe);
          }
        });
  }

  private void heardOn(Optional<Net.Connection> connection) {
    connection.ifPresent(link -> unanswered.put(link, 0));
  }

  private void probe(Net.Connection link, Object question, ProcessEnd end) {
    if (!mine.contains(link)) {
      unanswered.remove(link);
    } else if (!paused && unanswered.merge(link, 1, Integer::sum) > PROBES_UNANSWERED_MAX) {
      link.closeFromNear();
      end.onClosed();
    } else {
      if (!paused) {
        link.sendFromNear(question);
      }
      later(() -> probe(link, question, end));
    }
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
    newestAttach[attach.disk()] = attach.attach();
    ProcessEnd end =
        new ProcessEnd() {
          @Override
          void message(Object message) {
            switch (message) {
              case ServerNode.Attached attached ->
                  arrive(
                      new ReplicaEvent.DiskAttached(
                          attach.disk(),
                          attach.attach(),
                          attached.incarnation(),
                          attached.diskBytes()));
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
        new ServerNode.AttachAsked(id, attach.disk(), attach.epoch()),
        end,
        connection -> {
          if (connection.isPresent() && attach.attach() < newestAttach[attach.disk()]) {
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
