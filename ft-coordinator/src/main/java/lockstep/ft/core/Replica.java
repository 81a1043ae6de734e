package lockstep.ft.core;

import java.util.Optional;
import lockstep.ft.arbiter.ArbiterRecord;
import lockstep.ft.arbiter.ArbiterReply;
import lockstep.ft.arbiter.ArbiterRequest;
import lockstep.ft.log.LogChannelMessage.Paths;
import lockstep.ft.machine.DeterministicMachine;

/**
 * A replica: one end of the protocol, with the machine that it drives.
 *
 * <p>A function of its events: no clock, thread, socket or random source. One thread owns it, the
 * guest's. The driver's loop:
 *
 * <pre>{@code
 * while (!replica.halted()) {
 *   for (each event in the inbox) replica.onEvent(event, System.nanoTime(), effects);
 *   if (replica.wantsToRun(now)) replica.onEvent(new RunSlice(stepsOfASlice), now, effects);
 *   else wait for the inbox until replica.nextDeadlineNanos(), then replica.onEvent(new Tick(), ...);
 * }
 * }</pre>
 *
 * <p>The inbox goes first: after a long pause of the process, what has arrived meanwhile is heard
 * before anything is concluded from the clock.
 */
public final class Replica {
  private final Core core;

  /**
   * A replica whose machine has not been powered on.
   *
   * @param nowNanos of any monotonic clock, the same for every later call
   */
  public Replica(ReplicaConfig config, DeterministicMachine machine, long nowNanos) {
    this(config, machine, CoreState.POWER_ON, nowNanos);
  }

  /**
   * A replica whose machine was restored from a saved state.
   *
   * @param state what was saved beside the machine
   */
  public Replica(
      ReplicaConfig config, DeterministicMachine machine, CoreState state, long nowNanos) {
    Guest guest = new Guest(machine, config.disks(), state);
    this.core = new Core(config, guest, state.unreleased(), nowNanos);
  }

  /** Handles one event. {@code nowNanos} never goes back. */
  public void onEvent(ReplicaEvent event, long nowNanos, Effects effects) {
    if (halted()) {
      return;
    }
    core.begin(nowNanos, effects);
    Stage stage = core.stage();
    switch (event) {
      case ReplicaEvent.Tick _ -> {
        core.arbiter.onTick(core);
        stage.onTick();
      }
      case ReplicaEvent.RunSlice slice -> {
        core.arbiter.onTick(core);
        stage.onTick();
        core.stage().runSlice(slice.stepsMax());
      }
      case ReplicaEvent.ArbiterUp _ -> {
        notePath(event);
        core.emit(new Effect.AskArbiter(new ArbiterRequest.Watch(core.config.vm())));
        core.arbiter.send(core);
      }
      case ReplicaEvent.ArbiterDown _,
          ReplicaEvent.ProxyDown _,
          ReplicaEvent.DiskServerReached _,
          ReplicaEvent.DiskServerMissed _ ->
          notePath(event);
      case ReplicaEvent.ArbiterAnswered answered -> onArbiterReply(answered.reply());
      case ReplicaEvent.PeerUp up -> stage.onPeerUp(up.channel(), up.dialled());
      case ReplicaEvent.PeerDown down -> stage.onPeerDown(down.channel());
      case ReplicaEvent.DialFailed _ -> stage.onDialFailed();
      case ReplicaEvent.PeerSaid said -> stage.onPeerSaid(said.channel(), said.message());
      case ReplicaEvent.DiskAttached _,
          ReplicaEvent.DiskLost _,
          ReplicaEvent.DiskFenced _,
          ReplicaEvent.DiskAnswered _ ->
          stage.onDisk(event);
      case ReplicaEvent.ProxyUp _ -> {
        notePath(event);
        stage.onProxyUp();
      }
      case ReplicaEvent.FrameArrived _,
          ReplicaEvent.ConsoleTyped _,
          ReplicaEvent.EntropyDrawn _,
          ReplicaEvent.PowerButton _ ->
          stage.onInput(event);
      case ReplicaEvent.Control control -> {
        if (stage.refusal(control).isEmpty()) {
          stage.onControl(control);
        }
      }
    }
    core.stage().flush();
  }

  /** Whether a member of a pair leaves its question open, to ask again. */
  private boolean mayYetBeGranted(ArbiterReply.Refused refused) {
    boolean isTooEarly = !refused.lost() && !(core.stage() instanceof Waiting);
    return isTooEarly || knowsLess(refused.record());
  }

  /**
   * Whether the arbiter has forgotten what it granted this member of a pair: its storage is not the
   * one it had. That is no grant to anybody else, so the question stays open.
   */
  private boolean knowsLess(ArbiterRecord record) {
    return !(core.stage() instanceof Waiting) && record.epoch() < core.stage().epoch();
  }

  private void notePath(ReplicaEvent event) {
    Paths now = core.paths();
    core.paths(
        switch (event) {
          case ReplicaEvent.ArbiterUp _ -> new Paths(true, now.proxy(), now.disks());
          case ReplicaEvent.ArbiterDown _ -> new Paths(false, now.proxy(), now.disks());
          case ReplicaEvent.ProxyUp _ -> new Paths(now.arbiter(), true, now.disks());
          case ReplicaEvent.ProxyDown _ -> new Paths(now.arbiter(), false, now.disks());
          case ReplicaEvent.DiskServerReached _ -> new Paths(now.arbiter(), now.proxy(), true);
          case ReplicaEvent.DiskServerMissed _ -> new Paths(now.arbiter(), now.proxy(), false);
          default -> throw new IllegalArgumentException("not about a path: " + event);
        });
  }

  private void onArbiterReply(ArbiterReply reply) {
    switch (reply) {
      case ArbiterReply.Hello _ -> {}
      case ArbiterReply.HelloRefused refused -> {
        // Only who has no part in the record stops for it: a pair serves on without the arbiter.
        if (core.stage() instanceof Waiting) {
          core.halt(HaltReason.REFUSED, "the arbiter: " + refused.reason());
        }
      }
      case ArbiterReply.Current current -> core.stage().onRecord(current.record());
      case ArbiterReply.Renewed renewed -> core.stage().onLease(renewed);
      case ArbiterReply.NotRenewed refused -> core.stage().onRecord(refused.record());
      case ArbiterReply.Granted granted ->
          core.arbiter
              .answeredBy(reply)
              .ifPresent(question -> core.stage().onGranted(question, granted));
      case ArbiterReply.Refused refused when mayYetBeGranted(refused) -> {}
      case ArbiterReply.Refused refused ->
          core.arbiter
              .answeredBy(reply)
              .ifPresent(question -> core.stage().onRefused(question, refused));
    }
  }

  /** Why {@code control} would be ignored now, if it would; for people. */
  public Optional<String> refusal(ReplicaEvent.Control control) {
    return core.stage().refusal(control);
  }

  /** Whether a {@link ReplicaEvent.RunSlice} would run the guest (or replay) now. */
  public boolean wantsToRun(long nowNanos) {
    return core.stage().wantsToRun(nowNanos);
  }

  /**
   * When the next {@link ReplicaEvent.Tick} is due, if the guest does not want to run; {@link
   * Long#MAX_VALUE} for never.
   */
  public long nextDeadlineNanos() {
    if (halted()) {
      return Long.MAX_VALUE;
    }
    return Math.min(core.arbiter.deadlineNanos(), core.stage().deadlineNanos());
  }

  public boolean halted() {
    return core.stage().role() == Role.HALTED;
  }

  public Role role() {
    return core.stage().role();
  }

  /** For status and metrics. */
  public ReplicaStatus status(long nowNanos) {
    Stage stage = core.stage();
    StageStatus own = stage.status(nowNanos);
    return new ReplicaStatus(
        stage.role(),
        stage.epoch(),
        stage.nextLsn(),
        core.guest.machine.position(),
        core.guest.machine.timeNanos(),
        own.peer(),
        own.lsnAcked(),
        own.unackedBytes(),
        own.lagNanos(),
        core.guest.outputsMade(),
        own.outputsReleased(),
        core.guest.open.size(),
        core.guest.keptBytes(),
        own.transfer(),
        core.guest.isPaused(),
        core.paths(),
        own.peerPaths(),
        own.silenceLimitNanos(),
        stage.held(nowNanos),
        own.guestGeneration());
  }

  /**
   * What must be saved beside the machine's state, so that a replica can start from both. Ask
   * between two events; the two belong together only until the next.
   */
  public CoreState coreState() {
    return core.guest.state(core.stage().unreleased());
  }
}
