package lockstep.ft.core;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import lockstep.ft.arbiter.ArbiterRecord;
import lockstep.ft.arbiter.ArbiterReply;
import lockstep.ft.arbiter.ArbiterRequest;
import lockstep.ft.log.LogChannelMessage;
import lockstep.ft.log.LogEntry;
import lockstep.ft.log.Payload;
import lockstep.ft.machine.Output;

/**
 * An enlisted backup: acknowledges entries on receipt, and executes what it has received. So does,
 * before it is enlisted, a candidate whose state was transferred; if it loses the live replica, it
 * is {@link Waiting} again.
 *
 * <p>When the primary is silent or its channel closes, the backup <em>seals</em> its log: it takes
 * and acknowledges nothing more, whatever comes; only then does it claim, at the epoch at which it
 * was enlisted. So no output can leave the old primary that this replica would not have made. Won:
 * it replays its log to the last entry and goes live ({@link Live}). Lost: it stops. Until the
 * answer it asks again and again, and replays meanwhile.
 *
 * <p>When the log ends with {@link Payload.HandedOver}, and all of it is executed, the backup takes
 * over: it asks to switch roles. Granted: it is live, the other its backup, and the same channel
 * carries the log the other way. A channel that is lost before the answer changes nothing about the
 * question; granted then, it is live with a backup that it has lost.
 */
final class Backup implements Stage {
  private final Core core;
  private final long channel;
  private final Optional<Waiting> before;
  private final Replay replay;
  private final FailureDetector detector;

  private Role role;
  private long enlistedAtEpoch;
  private Optional<Won> won = Optional.empty();
  private long ackSentAtNanos;
  private long positionAcked;
  private boolean ackDue = true;
  private boolean handedOver;
  private boolean channelLost;

  /** The guest has ended; how, the rest of the log tells. */
  private boolean nobodyIsLive;

  private LogChannelMessage.Paths pathsTold = LogChannelMessage.Paths.NONE;

  /** The claim that was won. */
  record Won(ArbiterReply.Granted granted, long askedAtNanos) {}

  private Backup(Core core, Optional<Waiting> before, long channel, Role role, Replay replay) {
    this.core = core;
    this.before = before;
    this.channel = channel;
    this.role = role;
    this.replay = replay;
    this.detector = FailureDetector.adaptive(core.limits, core.now());
    this.ackSentAtNanos = core.now();
  }

  /** The candidate has received the log from its beginning to the entry that names it backup. */
  static void enlisted(
      Core core,
      Waiting before,
      long channel,
      long epoch,
      List<LogEntry> entries,
      long outputsReleased) {
    Replay replay = replay(core, 0, core.startUnreleased());
    for (LogEntry entry : entries) {
      if (!replay.receive(entry)) {
        core.emit(new Effect.ClosePeer(channel));
        before.comeBack("the log has a gap at lsn " + entry.lsn());
        return;
      }
    }
    replay.outputsReleased(outputsReleased);
    Backup backup = new Backup(core, Optional.of(before), channel, Role.CANDIDATE, replay);
    core.become(backup);
    backup.becomeBackup(epoch);
  }

  /** The candidate's machine is as the live one was at {@code cut}. */
  static void transferred(
      Core core,
      Waiting before,
      long channel,
      LogChannelMessage.TransferCut cut,
      List<Output> unreleased) {
    Replay replay = replay(core, cut.nextLsn(), unreleased);
    replay.outputsReleased(cut.outputsReleased());
    core.evidence.checked(core.guest, cut.nextLsn(), cut.hash());
    core.become(new Backup(core, Optional.of(before), channel, Role.CANDIDATE, replay));
  }

  /**
   * This replica was live and has handed over; the other has taken over at {@code epoch}.
   *
   * @param nextLsn behind the hand-over
   * @param unreleased the outputs that may not have left
   */
  static Backup switched(
      Core core, long channel, long epoch, long nextLsn, List<Output> unreleased) {
    Replay replay = replay(core, nextLsn, unreleased);
    core.evidence.checked(core.guest, nextLsn, core.guest.machine.hash());
    Backup backup = new Backup(core, Optional.empty(), channel, Role.BACKUP, replay);
    backup.enlistedAtEpoch = epoch;
    core.become(backup);
    core.tellRole(Role.HANDING_OVER, Role.BACKUP, "the backup has taken over");
    return backup;
  }

  private static Replay replay(Core core, long nextLsn, List<Output> unreleased) {
    return new Replay(core.guest, nextLsn, unreleased, core.logged(), core.evidence);
  }

  private void becomeBackup(long epoch) {
    enlistedAtEpoch = epoch;
    role = Role.BACKUP;
    core.tellRole(Role.CANDIDATE, Role.BACKUP, "enlisted");
  }

  private boolean isOpen() {
    return !channelLost
        && (role == Role.BACKUP || role == Role.CANDIDATE || role == Role.TAKING_OVER);
  }

  @Override
  public Role role() {
    return role;
  }

  @Override
  public long epoch() {
    return won.map(claim -> claim.granted().record().epoch()).orElse(enlistedAtEpoch);
  }

  @Override
  public long nextLsn() {
    return replay.nextLsn();
  }

  @Override
  public void onPeerSaid(long from, LogChannelMessage message) {
    if (from != channel || !isOpen()) {
      return; // sealed
    }
    detector.heard(core.now());
    switch (message) {
      case LogChannelMessage.Entries entries -> {
        for (LogEntry entry : entries.entries()) {
          if (handedOver || !replay.receive(entry)) {
            losePrimary("the log has a gap or is over at lsn " + entry.lsn());
            return;
          }
          handedOver = entry.payload() instanceof Payload.HandedOver;
          if (role == Role.CANDIDATE
              && entry.payload() instanceof Payload.EpochBegan began
              && began.backup().map(core::isSelf).orElse(false)) {
            becomeBackup(began.epoch());
          }
        }
        replay.outputsReleased(entries.outputsReleased());
        ackDue = true;
      }
      case LogChannelMessage.Heartbeat heartbeat ->
          replay.outputsReleased(heartbeat.outputsReleased());
      case LogChannelMessage.GuestEnded ended -> {
        core.emit(new Effect.ClosePeer(channel));
        core.halt(
            ended.reset() ? HaltReason.GUEST_RESET : HaltReason.GUEST_OFF, "told by the primary");
      }
      case LogChannelMessage.Hello _,
          LogChannelMessage.HelloRefused _,
          LogChannelMessage.Ack _,
          LogChannelMessage.Paths _,
          LogChannelMessage.Diverged _,
          LogChannelMessage.TransferBegan _,
          LogChannelMessage.TransferPages _,
          LogChannelMessage.TransferTaken _,
          LogChannelMessage.TransferState _,
          LogChannelMessage.TransferCut _ ->
          losePrimary("an unexpected message came");
    }
  }

  @Override
  public void onPeerDown(long closed) {
    if (closed == channel && isOpen()) {
      losePrimary("the log channel was closed");
    }
  }

  private void losePrimary(String why) {
    switch (role) {
      case BACKUP -> seal(why);
      case TAKING_OVER -> {
        channelLost = true;
        core.emit(new Effect.ClosePeer(channel));
      }
      default -> {
        core.emit(new Effect.ClosePeer(channel));
        before.orElseThrow().comeBack(why);
      }
    }
  }

  /** The whole log is executed, to the entry that hands the role over. */
  private void takeOver() {
    role = Role.TAKING_OVER;
    core.tellRole(Role.BACKUP, role, "was handed the role");
    core.arbiter.ask(
        nonce -> new ArbiterRequest.TakeOver(core.config.vm(), core.self(), enlistedAtEpoch, nonce),
        core);
  }

  /** Takes and acknowledges nothing more, and claims. */
  private void seal(String why) {
    role = Role.SEALED;
    core.emit(new Effect.ClosePeer(channel));
    core.tellRole(Role.BACKUP, Role.SEALED, why);
    core.arbiter.ask(
        nonce -> new ArbiterRequest.Claim(core.config.vm(), core.self(), enlistedAtEpoch, nonce),
        core);
  }

  @Override
  public void onGranted(ArbiterRequest question, ArbiterReply.Granted granted) {
    if (question instanceof ArbiterRequest.TakeOver) {
      BecomingLive.tookOver(core, granted, replay, channel, channelLost);
      return;
    }
    won = Optional.of(new Won(granted, core.arbiter.askedAtNanos()));
    role = Role.GOING_LIVE;
    core.tellRole(Role.SEALED, role, "won epoch " + granted.record().epoch());
    goLiveIfReplayed();
  }

  @Override
  public void onRefused(ArbiterRequest question, ArbiterReply.Refused refused) {
    if (refused.record().live().isEmpty()) {
      guestEnded();
    } else {
      core.halt(HaltReason.LOST, refused.reason());
    }
  }

  private void guestEnded() {
    nobodyIsLive = true;
    channelLost = true;
    haltIfGuestEnded();
  }

  /** Whether the guest has switched itself off, or is to be started anew, is known at its end. */
  private void haltIfGuestEnded() {
    if (nobodyIsLive && replay.isDone()) {
      core.halt(
          core.guest.endsInReset() ? HaltReason.GUEST_RESET : HaltReason.GUEST_OFF,
          "nobody is live any more");
    }
  }

  /**
   * A record without this backup, of a later epoch: it was dismissed, or the primary has gone on
   * alone, or, if nobody is live, the guest has ended. A sealed backup waits for the answer to its
   * claim instead.
   */
  @Override
  public void onRecord(ArbiterRecord record) {
    if (role == Role.CANDIDATE) {
      before.orElseThrow().note(record);
    }
    boolean named = record.backup().map(member -> core.isSelf(member.id())).orElse(false);
    if (role == Role.BACKUP && record.epoch() > enlistedAtEpoch && !named) {
      core.emit(new Effect.ClosePeer(channel));
      if (record.live().isEmpty()) {
        guestEnded();
      } else {
        core.halt(HaltReason.DISMISSED, "epoch " + record.epoch() + " has another backup or none");
      }
    }
  }

  private void goLiveIfReplayed() {
    if (won.isPresent() && replay.isDone()) {
      BecomingLive.wentLive(core, won.get(), replay);
    }
  }

  @Override
  public void runSlice(long stepsMax) {
    Optional<Replay.Difference> difference = replay.run(stepsMax, core::emit);
    if (difference.isPresent()) {
      diverged(difference.get());
      return;
    }
    ackDue |= replay.isDone();
    haltIfGuestEnded();
    if (core.stage() != this) {
      return;
    }
    if (handedOver && replay.isDone() && role == Role.BACKUP) {
      takeOver();
    }
    goLiveIfReplayed();
  }

  private void diverged(Replay.Difference difference) {
    // The peer first: keeping this replica's state takes its time.
    long position = core.guest.machine.position();
    long lsn = difference.lsn();
    String what = difference.what();
    if (isOpen()) {
      core.emit(
          new Effect.SendToPeer(
              channel, new LogChannelMessage.Diverged(lsn, position, what, difference.actual())));
      core.emit(new Effect.ClosePeer(channel));
    }
    core.emit(
        new Effect.DivergenceFound(
            core.evidence.about(
                Role.BACKUP, enlistedAtEpoch, lsn, position, what, difference.expected()),
            Effect.DivergenceFound.ANY_TIME));
    core.halt(HaltReason.DIVERGED, what);
  }

  @Override
  public void onTick() {
    if (isOpen() && detector.observe(core.now())) {
      losePrimary("the primary is silent for %d ms".formatted(detector.limitNanos() / 1_000_000));
    }
  }

  /** One acknowledgement for all that an event brought; and now and then one on an idle channel. */
  @Override
  public void flush() {
    if (!isOpen()) {
      return;
    }
    tellPaths();
    long position = core.guest.machine.position();
    long sinceLast = core.now() - ackSentAtNanos;
    boolean progressed =
        position != positionAcked
            && sinceLast >= core.limits.heartbeatNanos() / LogSender.PROMPT_PARTS;
    if (ackDue || progressed || sinceLast >= core.limits.heartbeatNanos()) {
      ackDue = false;
      positionAcked = position;
      ackSentAtNanos = core.now();
      core.emit(
          new Effect.SendToPeer(channel, new LogChannelMessage.Ack(replay.nextLsn(), position)));
    }
  }

  private void tellPaths() {
    if (role == Role.BACKUP && !pathsTold.equals(core.paths())) {
      pathsTold = core.paths();
      core.emit(new Effect.SendToPeer(channel, pathsTold));
    }
  }

  @Override
  public boolean wantsToRun(long nowNanos) {
    return !replay.isDone();
  }

  @Override
  public long deadlineNanos() {
    return isOpen()
        ? ackSentAtNanos + core.limits.heartbeatNanos()
        : core.now() + core.limits.retryNanos();
  }

  @Override
  public List<Output> unreleased() {
    return replay.kept();
  }

  @Override
  public void onPeerUp(long opened, boolean dialled) {
    core.emit(
        new Effect.SendToPeer(
            opened,
            new LogChannelMessage.HelloRefused(
                LogChannelMessage.Refusal.NOT_LIVE, "role " + role)));
    core.emit(new Effect.ClosePeer(opened));
  }

  @Override
  public void onDialFailed() {}

  @Override
  public void onLease(ArbiterReply.Renewed renewed) {}

  @Override
  public void onDisk(ReplicaEvent event) {}

  @Override
  public void onProxyUp() {}

  @Override
  public void onInput(ReplicaEvent event) {}

  @Override
  public void onControl(ReplicaEvent.Control control) {}

  @Override
  public Optional<String> refusal(ReplicaEvent.Control control) {
    return Optional.of("this replica is not live");
  }

  @Override
  public Optional<String> held(long nowNanos) {
    return Optional.empty();
  }

  @Override
  public StageStatus status(long nowNanos) {
    return new StageStatus(
        Optional.empty(),
        replay.nextLsn(),
        0,
        0,
        replay.outputsReleased(),
        Optional.empty(),
        Optional.empty(),
        isOpen() ? OptionalLong.of(detector.limitNanos()) : OptionalLong.empty(),
        0);
  }
}
