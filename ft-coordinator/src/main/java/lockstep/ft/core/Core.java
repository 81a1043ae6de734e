package lockstep.ft.core;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import lockstep.ft.arbiter.ArbiterRecord;
import lockstep.ft.arbiter.Member;
import lockstep.ft.arbiter.ReplicaId;
import lockstep.ft.log.LogChannelMessage;
import lockstep.ft.machine.DeterministicMachine;
import lockstep.ft.machine.Output;
import lockstep.ft.machine.StateHash;

/** What every stage of a replica shares, and the event being handled: its time, its effects. */
final class Core {
  final ReplicaConfig config;
  final ReplicaConfig.Limits limits;
  final ArbiterAsking arbiter;

  /** Replaced when the machine takes over another's state, or goes back to its own. */
  Guest guest;

  /** Of the pair that this replica is part of, if it is of one. */
  final Evidence evidence;

  private final long startPosition;
  private final StateHash startHash;
  private final List<Output> startUnreleased;

  /**
   * The machine before power-on, its memory all zero; or nothing, if it was restored from a file.
   */
  private final Optional<byte[]> beforePowerOn;

  /** This replica's ways to the outside. */
  private LogChannelMessage.Paths paths = LogChannelMessage.Paths.NONE;

  private long attaches;
  private boolean logged;
  private long nowNanos;
  private Effects effects = effect -> {};
  private Stage stage;

  /**
   * @param startUnreleased outputs that the machine had made when it was saved, and that may not
   *     have left
   */
  Core(ReplicaConfig config, Guest guest, List<Output> startUnreleased, long nowNanos) {
    this.config = config;
    this.limits = config.limits();
    this.guest = guest;
    this.arbiter = new ArbiterAsking(limits.retryNanos());
    this.evidence = new Evidence(limits.evidenceBytesMax());
    this.startPosition = guest.machine.position();
    this.startHash = guest.machine.hash();
    this.beforePowerOn =
        guest.poweredOn() ? Optional.empty() : Optional.of(stateWithoutPages(guest.machine));
    this.logged = config.logged();
    this.startUnreleased = startUnreleased;
    this.nowNanos = nowNanos;
    this.stage = new Waiting(this, nowNanos);
  }

  /** Sets the time and the sink of the event that is handled next. */
  void begin(long eventNanos, Effects eventEffects) {
    this.nowNanos = eventNanos;
    this.effects = eventEffects;
  }

  long now() {
    return nowNanos;
  }

  void emit(Effect effect) {
    effects.emit(effect);
  }

  List<Output> startUnreleased() {
    return startUnreleased;
  }

  /** Whether entries are told as {@link Effect.Logged}: only if that is the whole log. */
  boolean logged() {
    return logged;
  }

  /** The machine has become another's: {@code state} is what belongs beside it. */
  void adopt(CoreState state) {
    guest = new Guest(guest.machine, config.disks(), state);
    logged = false;
  }

  /**
   * The machine becomes again what it was before power-on.
   *
   * @return whether it could: not if the replica was started from a saved state
   */
  boolean forgetAdopted() {
    if (beforePowerOn.isEmpty()) {
      return false;
    }
    guest.machine.pages().clear();
    try {
      guest.machine.restoreWithoutPages(new ByteArrayInputStream(beforePowerOn.get()));
    } catch (IOException e) {
      throw new UncheckedIOException("a machine can't be restored to before its power-on", e);
    }
    guest = new Guest(guest.machine, config.disks(), CoreState.POWER_ON);
    logged = config.logged();
    return true;
  }

  private static byte[] stateWithoutPages(DeterministicMachine machine) {
    ByteArrayOutputStream state = new ByteArrayOutputStream();
    try {
      machine.saveWithoutPages(state);
    } catch (IOException e) {
      throw new UncheckedIOException("memory can't be written", e);
    }
    return state.toByteArray();
  }

  LogChannelMessage.Paths paths() {
    return paths;
  }

  void paths(LogChannelMessage.Paths current) {
    paths = current;
  }

  /** The number of the next attach of a disk; none is used twice, also not when live again. */
  long newAttach() {
    return ++attaches;
  }

  Stage stage() {
    return stage;
  }

  Member self() {
    return config.self();
  }

  boolean isSelf(ReplicaId id) {
    return config.self().id().equals(id);
  }

  /** Whether {@code record} names this replica live. */
  boolean isLiveIn(ArbiterRecord record) {
    return record.live().isPresent() && isSelf(record.live().get().id());
  }

  void become(Stage next) {
    stage = next;
  }

  /** Tells a change of role, once. */
  void tellRole(Role from, Role to, String why) {
    emit(
        new Effect.RoleChanged(
            from, to, stage.epoch(), stage.nextLsn(), guest.machine.position(), why));
  }

  void halt(HaltReason reason, String detail) {
    Stage last = stage;
    stage = new Halted(last.epoch(), last.nextLsn());
    tellRole(last.role(), Role.HALTED, reason + ": " + detail);
    emit(new Effect.Halt(reason, detail));
  }

  LogChannelMessage.Hello hello(LogChannelMessage.HelloRole role, long epoch) {
    return new LogChannelMessage.Hello(
        LogChannelMessage.PROTOCOL_VERSION,
        config.machineVersion(),
        config.vm(),
        config.definitionDigest(),
        self(),
        epoch,
        role,
        startPosition,
        startHash);
  }
}
