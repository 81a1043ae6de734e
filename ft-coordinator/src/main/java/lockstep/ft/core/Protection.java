package lockstep.ft.core;

import java.util.Optional;
import java.util.OptionalLong;
import lockstep.ft.arbiter.ArbiterRequest;
import lockstep.ft.arbiter.Member;
import lockstep.ft.log.LogChannelMessage;
import lockstep.ft.log.LogChannelMessage.HelloRole;
import lockstep.ft.log.LogChannelMessage.Refusal;
import lockstep.ft.transfer.TransferProgress;

/**
 * Who protects the live replica's guest: its log channel to a candidate that is to become the
 * backup, and to the backup. One is served at a time.
 *
 * <p>While the guest has not run, a candidate gets the log from its beginning, acknowledges it, and
 * is enlisted. If the guest runs alone, its state is transferred: pages in rounds while it runs,
 * then, at the <em>cut</em>, the rest. From the cut on
 *
 * <ol>
 *   <li>outputs need the candidate's acknowledgement;
 *   <li>when it has acknowledged the cut itself, enlisting it is asked. As long as that is not
 *       answered, nobody here knows whether this replica is still alone or has a backup already, so
 *       outputs must be allowed either way: the acknowledgement, which is enough for both;
 *   <li>losing the candidate before enlisting is asked ends the matter and opens the gate; later it
 *       is a claim, which must be won before the gate opens.
 * </ol>
 */
final class Protection {
  /** So much of the bound on lag slows nothing. */
  private static final double LAG_UNSLOWED = 0.5;

  private static final double SPEED_MIN = 1.0 / 16;

  /**
   * Kept writes beyond this part of what the cut may carry are flushed in each round, for the cut
   * sends them too.
   */
  private static final int KEPT_PARTS_TO_CARRY = 8;

  private final Core core;
  private final Live live;

  /** The pages are on their way. */
  private Optional<OutgoingTransfer> transfer = Optional.empty();

  /** The log is: to the backup, or to a candidate that will have all it needs. */
  private Optional<LogSender> peer = Optional.empty();

  /** As acknowledged by the last peer, once that is lost. */
  private long nextLsnAcked;

  /** The peer can do nothing with a log before this. */
  private long peerFromLsn;

  private Optional<LogChannelMessage.Paths> peerPaths = Optional.empty();

  /** Where its machine is, as far as it has told. */
  private long peerPosition;

  /** The peer was live: what it sent as such may still be on its way. */
  private boolean rolesSwitched;

  private int roundFlushed;

  /** A candidate has found its memory to hash otherwise than this one's. */
  private boolean hashesAreDoubted;

  private Optional<TransferProgress> progress = Optional.empty();
  private OptionalLong pausedAtNanos = OptionalLong.empty();

  Protection(Core core, Live live) {
    this.core = core;
    this.live = live;
  }

  /** Whether outputs need an acknowledgement. */
  boolean hasPeer() {
    return peer.isPresent();
  }

  /** Every entry with a lower lsn was acknowledged, by the peer or by the last one. */
  long nextLsnAcked() {
    return peer.map(LogSender::nextLsnAcked).orElse(nextLsnAcked);
  }

  boolean isPeer(long channel) {
    return (peer.isPresent() && peer.get().channel == channel)
        || (transfer.isPresent() && transfer.get().channel == channel);
  }

  private Optional<Member> member() {
    return peer.map(sender -> sender.peer).or(() -> transfer.map(outgoing -> outgoing.peer));
  }

  void onPeerSaid(long from, LogChannelMessage message) {
    if (!isPeer(from)) {
      if (message instanceof LogChannelMessage.Hello hello) {
        onHello(from, hello);
      }
      return;
    }
    peer.ifPresent(sender -> sender.heard(core.now()));
    switch (message) {
      case LogChannelMessage.Ack ack when peer.isPresent() -> onAck(peer.get(), ack);
      case LogChannelMessage.Paths paths when peer.isPresent() -> peerPaths = Optional.of(paths);
      case LogChannelMessage.Heartbeat _ when rolesSwitched -> {}
      case LogChannelMessage.Entries entries when live.role() == Role.HANDING_OVER ->
          live.takenOver(from, entries);
      case LogChannelMessage.TransferTaken taken -> {
        // Some of these cross the cut.
        if (transfer.isPresent() && !transfer.get().taken(taken.bytes())) {
          live.losePeer("the candidate has taken what was never sent");
        }
      }
      case LogChannelMessage.Diverged diverged -> {
        // Its memory is what was sent. A page that has changed here without a store is remembered
        // with the hash of before, and every candidate would differ in it.
        hashesAreDoubted |= live.role() == Role.ALONE;
        // The claim first: keeping this replica's state takes its time.
        live.losePeer("the backup has diverged: " + diverged.what());
        core.emit(
            new Effect.DivergenceFound(
                core.evidence.about(
                    Role.PRIMARY,
                    live.epoch(),
                    diverged.lsn(),
                    diverged.position(),
                    diverged.what(),
                    diverged.hash()),
                live.standstillNanosMax()));
      }
      case LogChannelMessage.Ack _,
          LogChannelMessage.Paths _,
          LogChannelMessage.Hello _,
          LogChannelMessage.HelloRefused _,
          LogChannelMessage.Entries _,
          LogChannelMessage.Heartbeat _,
          LogChannelMessage.GuestEnded _,
          LogChannelMessage.TransferBegan _,
          LogChannelMessage.TransferPages _,
          LogChannelMessage.TransferState _,
          LogChannelMessage.TransferCut _ ->
          live.losePeer("an unexpected message came");
    }
  }

  private void onHello(long from, LogChannelMessage.Hello hello) {
    Optional<LogChannelMessage.HelloRefused> refused = refuse(hello);
    if (refused.isPresent()) {
      core.emit(new Effect.SendToPeer(from, refused.get()));
      core.emit(new Effect.ClosePeer(from));
      return;
    }
    close("the candidate comes again");
    core.emit(new Effect.SendToPeer(from, core.hello(HelloRole.LIVE, live.epoch())));
    if (live.guestHasRun()) {
      if (hashesAreDoubted) {
        hashesAreDoubted = false;
        core.guest.machine.pages().forgetHashes();
      }
      OutgoingTransfer outgoing = new OutgoingTransfer(from, hello.replica(), core);
      transfer = Optional.of(outgoing);
      roundFlushed = 0;
      tell(hello.replica(), "began", outgoing.progress());
    } else {
      peerFromLsn = 0;
      live.log().sendFromBeginningTo(beginLog(from, hello.replica(), 0));
    }
  }

  /** Who was live, and handed over, is the backup: the log goes on at {@code nextLsn}. */
  void resume(long channel, Member member, long nextLsn) {
    peerFromLsn = nextLsn;
    nextLsnAcked = nextLsn;
    rolesSwitched = true;
    live.log().sendTo(beginLog(channel, member, nextLsn));
    core.evidence.checked(core.guest, nextLsn, core.guest.machine.hash());
  }

  private LogSender beginLog(long channel, Member member, long nextLsn) {
    LogSender sender = new LogSender(channel, member, nextLsn, core.limits, core.now());
    peer = Optional.of(sender);
    peerPosition = 0;
    return sender;
  }

  private Optional<LogChannelMessage.HelloRefused> refuse(LogChannelMessage.Hello hello) {
    LogChannelMessage.Hello own = core.hello(HelloRole.LIVE, live.epoch());
    Optional<LogChannelMessage.HelloRefused> mismatch =
        HelloRules.mismatch(own, hello, HelloRole.CANDIDATE);
    if (mismatch.isPresent()) {
      return mismatch;
    }
    boolean anotherIsServed =
        member().map(member -> !member.id().equals(hello.replica().id())).orElse(false);
    return switch (live.role()) {
      case PRIMARY -> HelloRules.refused(Refusal.HAS_BACKUP, "role " + live.role());
      case LIVE_WAITING, ALONE ->
          anotherIsServed || core.arbiter.isOpen() || live.hasEnded()
              ? HelloRules.refused(Refusal.BUSY, "role " + live.role())
              : live.guestHasRun() ? Optional.empty() : HelloRules.startMismatch(own, hello);
      default -> HelloRules.refused(Refusal.BUSY, "role " + live.role());
    };
  }

  private void onAck(LogSender sender, LogChannelMessage.Ack ack) {
    if (!sender.acked(ack) || ack.nextLsn() < peerFromLsn) {
      live.losePeer("the backup acknowledges what was never sent");
      return;
    }
    core.evidence.executed(core.guest, ack.positionExecuted());
    peerPosition = ack.positionExecuted();
    boolean mayEnlist =
        live.role() == Role.LIVE_WAITING ? sender.allAcked() : live.role() == Role.ALONE;
    if (mayEnlist && !core.arbiter.isOpen() && !live.hasEnded()) {
      core.arbiter.ask(
          nonce ->
              new ArbiterRequest.Enlist(
                  core.config.vm(), core.self().id(), live.epoch(), sender.peer, nonce),
          core);
    }
  }

  boolean suspectsPeer() {
    return (peer.isPresent() && peer.get().suspects(core.now()))
        || (transfer.isPresent() && transfer.get().suspects(core.now()));
  }

  /** After how much silence the peer is suspected, as things are. */
  long silenceLimitNanos() {
    return peer.map(LogSender::silenceLimitNanos).orElse(core.limits.silenceNanos());
  }

  /** Ends the channel, if there is one. */
  void close(String why) {
    transfer.ifPresent(
        outgoing -> {
          outgoing.end();
          core.emit(new Effect.ClosePeer(outgoing.channel));
          tell(outgoing.peer, "ended: " + why, outgoing.progress());
        });
    transfer = Optional.empty();
    peer.ifPresent(
        sender -> {
          nextLsnAcked = sender.nextLsnAcked();
          core.emit(new Effect.ClosePeer(sender.channel));
          tellIfCandidate(sender.peer, why);
        });
    peer = Optional.empty();
    peerPaths = Optional.empty();
    rolesSwitched = false;
    live.log().sendToNobody();
  }

  /** That a backup is lost, the change of role tells. */
  private void tellIfCandidate(Member member, String why) {
    if (live.role() == Role.ALONE || live.role() == Role.LIVE_WAITING) {
      core.emit(
          new Effect.Noted(
              "candidate=lost peer=%s why=\"%s\"".formatted(member.id().brief(), why)));
    }
  }

  private void tell(Member member, String what, TransferProgress now) {
    progress = Optional.of(now);
    core.emit(new Effect.TransferTold(member.id(), what, now));
  }

  /** The arbiter knows that the guest has ended: the backup needs not claim. */
  void tellGuestEnded(boolean reset) {
    peer.map(sender -> sender.channel)
        .or(() -> transfer.map(outgoing -> outgoing.channel))
        .ifPresent(
            channel ->
                core.emit(new Effect.SendToPeer(channel, new LogChannelMessage.GuestEnded(reset))));
    close("the guest has ended");
  }

  /** Sends what an event has gathered; the guest stands still. */
  void flush() {
    measurePause();
    transfer.ifPresent(this::continueTransfer);
    peer.ifPresent(sender -> sender.flush(live.gate().released(), core));
    if (peer.isEmpty()) {
      core.evidence.end(core.guest);
    }
  }

  private boolean mayCut() {
    return mayEnlistSoon() && !isTooMuchToCarry();
  }

  private boolean mayEnlistSoon() {
    return live.role() == Role.ALONE && !core.arbiter.isOpen() && !live.hasEnded();
  }

  /**
   * Whether the cut would have more to send, beside pages, than the guest should stand still for.
   */
  private boolean isTooMuchToCarry() {
    long bytes = core.guest.keptBytes() + core.guest.open.bytes() + live.gate().waitingBytes();
    return bytes > core.limits.transfer().cutStateBytesMax();
  }

  /** Has the disks flush, and the guest slowed, until the cut can carry the rest. */
  private void lessenWhatIsCarried(OutgoingTransfer outgoing) {
    boolean tooMuch = isTooMuchToCarry();
    if (live.mayRelease() && (outgoing.progress().round() > roundFlushed || tooMuch)) {
      roundFlushed = outgoing.progress().round();
      live.disks().flushIfKeptOver(core.limits.transfer().cutStateBytesMax() / KEPT_PARTS_TO_CARRY);
    }
    // What a disk can't take now is not the guest's fault.
    boolean byGuest = live.mayRelease() && live.disks().areReady();
    if (tooMuch && byGuest && mayEnlistSoon() && outgoing.awaitsCut()) {
      outgoing.heldUp(live.disks());
    } else {
      outgoing.notHeldUp();
    }
  }

  private void continueTransfer(OutgoingTransfer outgoing) {
    lessenWhatIsCarried(outgoing);
    OutputGate gate = live.gate();
    long nextLsn = live.log().nextLsn();
    boolean isCut =
        outgoing.flush(
            mayCut(), nextLsn, () -> core.guest.state(gate.waitingOutputs()), gate.released());
    if (isCut) {
      outgoing.end();
      transfer = Optional.empty();
      peerFromLsn = nextLsn;
      live.log().sendTo(beginLog(outgoing.channel, outgoing.peer, nextLsn));
      core.evidence.checked(core.guest, nextLsn, core.guest.machine.hash());
      tell(outgoing.peer, "cut", outgoing.progress().cut(0));
      pausedAtNanos = OptionalLong.of(core.now());
    }
  }

  /** The guest stood still from the event of the cut to the next one, which is due at once. */
  private void measurePause() {
    if (pausedAtNanos.isPresent()) {
      long pauseNanos = core.now() - pausedAtNanos.getAsLong();
      progress = progress.map(done -> done.cut(pauseNanos));
      pausedAtNanos = OptionalLong.empty();
    }
  }

  /** Why the guest must wait for the peer, if it must. */
  Optional<String> held(long nowNanos) {
    if (peer.isEmpty()) {
      return Optional.empty();
    }
    LogSender sender = peer.get();
    if (sender.lagNanos(nowNanos) > core.limits.lagNanosMax()) {
      return Optional.of("the backup's execution lags");
    }
    if (sender.unexecutedBytes() > core.limits.logUnexecutedBytesMax()) {
      return Optional.of("too much of the log is not executed");
    }
    if (sender.unackedBytes() > core.limits.logUnackedBytesMax()) {
      return Optional.of("too much of the log is not acknowledged");
    }
    return Optional.empty();
  }

  /**
   * The share of its speed that the guest may have: less, the further the backup lags, so that the
   * bound is rarely reached; less too if a transfer does not come to its end.
   */
  double guestSpeed(long nowNanos) {
    double byLag = peer.map(sender -> speedAtLag(sender.lagNanos(nowNanos))).orElse(1.0);
    return Math.min(byLag, transfer.map(OutgoingTransfer::guestSpeed).orElse(1.0));
  }

  private double speedAtLag(long lagNanos) {
    double beyond = (double) lagNanos / core.limits.lagNanosMax() - LAG_UNSLOWED;
    return Math.clamp(1 - beyond / (1 - LAG_UNSLOWED), SPEED_MIN, 1.0);
  }

  long deadlineNanos() {
    long ofLog =
        peer.map(sender -> sender.heartbeatAtNanos(core.limits.heartbeatNanos()))
            .orElse(Long.MAX_VALUE);
    long ofTransfer =
        transfer.map(outgoing -> outgoing.deadlineNanos(mayCut())).orElse(Long.MAX_VALUE);
    return Math.min(Math.min(ofLog, ofTransfer), pausedAtNanos.orElse(Long.MAX_VALUE));
  }

  /** Whether the backup's machine has come so far. */
  boolean peerHasReached(long position) {
    return peer.isPresent() && peerPosition >= position;
  }

  /** By how much the backup's execution is behind. */
  long lagNanos(long nowNanos) {
    return peer.map(sender -> sender.lagNanos(nowNanos)).orElse(0L);
  }

  /** The backup's ways to the outside, as far as it has told. */
  Optional<LogChannelMessage.Paths> peerPaths() {
    return peerPaths;
  }

  StageStatus status(long nowNanos) {
    return new StageStatus(
        member().map(Member::id),
        nextLsnAcked(),
        peer.map(LogSender::unackedBytes).orElse(0L),
        lagNanos(nowNanos),
        live.gate().released(),
        transfer.map(OutgoingTransfer::progress).or(() -> progress),
        peerPaths,
        peer.map(sender -> OptionalLong.of(sender.silenceLimitNanos()))
            .orElse(OptionalLong.empty()),
        live.guestGeneration());
  }
}
