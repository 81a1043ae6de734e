package lockstep.ft.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import lockstep.ft.arbiter.ArbiterRecord;
import lockstep.ft.arbiter.ArbiterReply;
import lockstep.ft.arbiter.ArbiterRequest;
import lockstep.ft.arbiter.Member;
import lockstep.ft.log.LogChannelMessage;
import lockstep.ft.log.LogEntry;
import lockstep.ft.log.Payload;
import lockstep.ft.machine.Output;
import lockstep.ft.machine.StateHash;
import lockstep.ft.wire.MalformedMessageException;

/**
 * A replica without a part in the arbiter's record.
 *
 * <p>If somebody is live it dials them and offers itself as a backup: hello, answered by theirs;
 * then, if the guest has not run, the log from its beginning, which it acknowledges and keeps, and
 * does not execute. The entry that names it backup enlists it, and says at which epoch. If the
 * guest runs, its state comes first ({@link IncomingTransfer}); the rest of becoming a backup is
 * {@link Backup}'s then. Losing the channel before being enlisted puts it back to the beginning,
 * whatever the arbiter's record says: it claims nothing, for it does not know the epoch.
 *
 * <p>A spare is refused while there is a backup; it tries again when the arbiter's record changes.
 *
 * <p>If nobody is live, or the live one can't be reached, it asks to start the guest (if its start
 * rule lets it); the arbiter grants it if nobody is live or the lease is over.
 */
final class Waiting implements Stage {
  /** A spare that was refused tries again after so many silences, if nothing happens before. */
  private static final int SPARE_SILENCES = 20;

  /** One that came at a bad moment, after so many retry times. */
  private static final int BUSY_RETRIES = 3;

  private final Core core;

  /**
   * Every start that this replica asks for has the same nonce. A start may be refused because a
   * lease runs, and its repetition, under way already, be granted: whoever asks next hears so.
   */
  private final long startNonce;

  private final List<LogEntry> received = new ArrayList<>();
  private Optional<ArbiterRecord> known = Optional.empty();
  private OptionalLong channel = OptionalLong.empty();

  /** Somebody was live in this replica's time: if nobody is, the guest has ended on purpose. */
  private boolean sawLive;

  private boolean dialling;
  private long dialledAtEpoch;
  private boolean answered;
  private boolean unreachable;

  /** What was asked to be started is live somewhere, as far as the record goes, but lost. */
  private boolean startsOverLost;

  private FailureDetector detector;
  private long nextTryNanos;
  private long outputsReleased;
  private OptionalLong enlistedAtEpoch = OptionalLong.empty();
  private Optional<IncomingTransfer> transfer = Optional.empty();

  /** The machine is not what it was at the start any more. */
  private boolean machineTaken;

  Waiting(Core core, long nowNanos) {
    this.core = core;
    this.startNonce = core.arbiter.newNonce();
    this.detector = FailureDetector.fixed(core.limits.silenceNanos(), nowNanos);
    this.nextTryNanos = nowNanos;
  }

  @Override
  public Role role() {
    return answered ? Role.CANDIDATE : Role.WAITING;
  }

  @Override
  public long epoch() {
    return 0;
  }

  @Override
  public long nextLsn() {
    return received.size();
  }

  @Override
  public void onRecord(ArbiterRecord record) {
    note(record);
    tryNext();
  }

  /** Remembers the newest record. */
  void note(ArbiterRecord record) {
    if (known.isEmpty() || record.epoch() > known.get().epoch()) {
      known = Optional.of(record);
      sawLive |= record.live().isPresent();
      unreachable = false;
      nextTryNanos = core.now();
    }
  }

  /** Dials who is live, or asks to start. */
  private void tryNext() {
    if (known.isEmpty()
        || channel.isPresent()
        || dialling
        || core.arbiter.isOpen()
        || nextTryNanos - core.now() > 0) {
      return;
    }
    nextTryNanos = core.now() + core.limits.retryNanos();
    ArbiterRecord record = known.get();
    Optional<Member> live = record.live();
    if (sawLive && live.isEmpty()) {
      core.halt(HaltReason.GUEST_OFF, "nobody is live any more");
      return;
    }
    boolean ownOrNobodys = live.isEmpty() || core.isLiveIn(record);
    boolean starts =
        switch (core.config.startRule()) {
          case WITH_BACKUP, ALONE -> ownOrNobodys || unreachable;
          case NEVER_ANEW -> ownOrNobodys;
          case NEVER -> false;
        };
    if (starts) {
      unreachable = false;
      if (!core.isLiveIn(record)) {
        startsOverLost = live.isPresent();
      }
      core.arbiter.ask(
          startNonce,
          nonce -> new ArbiterRequest.Start(core.config.vm(), core.self(), record.epoch(), nonce),
          core);
    } else if (live.isPresent()) {
      dialling = true;
      dialledAtEpoch = record.epoch();
      core.emit(new Effect.DialPeer(live.get().logEndpoint()));
    }
  }

  @Override
  public void onGranted(ArbiterRequest question, ArbiterReply.Granted granted) {
    BecomingLive.started(core, granted, startsOverLost);
  }

  @Override
  public void onRefused(ArbiterRequest question, ArbiterReply.Refused refused) {
    known = Optional.of(refused.record());
  }

  @Override
  public void onLease(ArbiterReply.Renewed renewed) {}

  @Override
  public void onPeerUp(long opened, boolean dialled) {
    if (!dialled || channel.isPresent() || core.arbiter.isOpen()) {
      if (!dialled) {
        core.emit(
            new Effect.SendToPeer(
                opened,
                new LogChannelMessage.HelloRefused(
                    LogChannelMessage.Refusal.NOT_LIVE, "role " + role())));
      }
      dialling &= !dialled;
      core.emit(new Effect.ClosePeer(opened));
      return;
    }
    dialling = false;
    channel = OptionalLong.of(opened);
    detector = FailureDetector.fixed(core.limits.silenceNanos(), core.now());
    long epoch = known.map(ArbiterRecord::epoch).orElse(0L);
    core.emit(
        new Effect.SendToPeer(opened, core.hello(LogChannelMessage.HelloRole.CANDIDATE, epoch)));
  }

  @Override
  public void onDialFailed() {
    dialling = false;
    unreachable = true;
  }

  @Override
  public void onPeerDown(long closed) {
    if (isCurrent(closed)) {
      unreachable = !answered;
      leave("the log channel was closed");
    }
  }

  private boolean isCurrent(long candidate) {
    return channel.isPresent() && channel.getAsLong() == candidate;
  }

  /** Forgets everything that came on the channel. */
  private void leave(String why) {
    Role before = role();
    channel = OptionalLong.empty();
    answered = false;
    received.clear();
    enlistedAtEpoch = OptionalLong.empty();
    nextTryNanos = core.now() + core.limits.retryNanos();
    if (before != role()) {
      core.tellRole(before, role(), why);
    }
    transfer = Optional.empty();
    core.evidence.end(core.guest); // of a log that is not this one's any more
    if (machineTaken && !core.forgetAdopted()) {
      core.halt(HaltReason.TRANSFER_LOST, why);
    }
    machineTaken = false;
  }

  /**
   * The live replica was lost after its state had been transferred, before this one was enlisted.
   */
  void comeBack(String why) {
    core.become(this);
    leave(why);
  }

  @Override
  public void onPeerSaid(long from, LogChannelMessage message) {
    if (!isCurrent(from)) {
      return;
    }
    detector.heard(core.now());
    switch (message) {
      case LogChannelMessage.Hello hello -> onHello(from, hello);
      case LogChannelMessage.HelloRefused refused -> onHelloRefused(from, refused);
      case LogChannelMessage.Entries entries -> onEntries(from, entries);
      case LogChannelMessage.Heartbeat _ -> ack(from);
      case LogChannelMessage.TransferBegan _,
          LogChannelMessage.TransferPages _,
          LogChannelMessage.TransferState _,
          LogChannelMessage.TransferCut _ -> {
        try {
          onTransfer(from, message);
        } catch (MalformedMessageException e) {
          close(from, String.valueOf(e.getMessage()));
        }
      }
      case LogChannelMessage.GuestEnded ended -> {
        core.emit(new Effect.ClosePeer(from));
        core.halt(
            ended.reset() ? HaltReason.GUEST_RESET : HaltReason.GUEST_OFF, "told by the primary");
      }
      case LogChannelMessage.TransferTaken _,
          LogChannelMessage.Ack _,
          LogChannelMessage.Paths _,
          LogChannelMessage.Diverged _ ->
          close(from, "an unexpected message came");
    }
  }

  private void onTransfer(long from, LogChannelMessage message) throws MalformedMessageException {
    if (message instanceof LogChannelMessage.TransferBegan began && answered && !machineTaken) {
      machineTaken = true;
      transfer = Optional.of(new IncomingTransfer(core, began));
    } else if (transfer.isEmpty()) {
      close(from, "a transfer that has not begun");
    } else if (message instanceof LogChannelMessage.TransferPages pages) {
      transfer.get().take(pages);
      ack(from);
    } else if (message instanceof LogChannelMessage.TransferState part) {
      transfer.get().take(part);
    } else if (message instanceof LogChannelMessage.TransferCut cut) {
      onCut(from, transfer.get(), cut);
    } else {
      close(from, "a transfer that begins twice");
    }
  }

  private void onCut(long from, IncomingTransfer incoming, LogChannelMessage.TransferCut cut)
      throws MalformedMessageException {
    CoreState state = incoming.complete();
    core.adopt(state);
    transfer = Optional.empty();
    String difference = incoming.difference(cut);
    if (difference.isEmpty()) {
      Backup.transferred(core, this, from, cut, state.unreleased());
      return;
    }
    // The cut is the check: as if it were an entry before the log that it begins.
    long lsn = Math.max(0, cut.nextLsn() - 1);
    StateHash hash = core.guest.machine.hash();
    core.emit(
        new Effect.SendToPeer(
            from,
            new LogChannelMessage.Diverged(lsn, cut.position(), difference, Optional.of(hash))));
    core.emit(new Effect.ClosePeer(from));
    core.emit(
        new Effect.DivergenceFound(
            core.evidence.about(
                Role.BACKUP, epoch(), lsn, cut.position(), difference, Optional.of(cut.hash())),
            Effect.DivergenceFound.ANY_TIME));
    core.halt(HaltReason.DIVERGED, difference);
  }

  private void onHello(long from, LogChannelMessage.Hello hello) {
    if (answered) {
      close(from, "an unexpected hello came");
      return;
    }
    LogChannelMessage.Hello own = core.hello(LogChannelMessage.HelloRole.CANDIDATE, 0);
    Optional<LogChannelMessage.HelloRefused> mismatch =
        HelloRules.mismatch(own, hello, LogChannelMessage.HelloRole.LIVE);
    if (mismatch.isPresent()) {
      onHelloRefused(from, mismatch.get());
      return;
    }
    Role before = role();
    answered = true;
    core.tellRole(before, role(), "joined " + hello.replica().id().brief());
  }

  private void onHelloRefused(long from, LogChannelMessage.HelloRefused refused) {
    if (refused.reason().isFinal()) {
      core.emit(new Effect.ClosePeer(from));
      core.halt(HaltReason.REFUSED, refused.reason().text() + ": " + refused.detail());
    } else {
      close(from, refused.reason().text());
      // Whoever answers at the live one's endpoint without being live has taken its place there:
      // perhaps this replica itself, started at the same address. The arbiter knows who may start.
      unreachable = refused.reason() == LogChannelMessage.Refusal.NOT_LIVE;
      nextTryNanos =
          core.now()
              + switch (refused.reason()) {
                case HAS_BACKUP ->
                    known.map(ArbiterRecord::epoch).orElse(0L) > dialledAtEpoch
                        ? core.limits.retryNanos() // the record has changed since
                        : SPARE_SILENCES * core.limits.silenceNanos();
                case BUSY -> BUSY_RETRIES * core.limits.retryNanos();
                default -> core.limits.silenceNanos();
              };
    }
  }

  private void onEntries(long from, LogChannelMessage.Entries entries) {
    if (!answered) {
      close(from, "entries came before the hello");
      return;
    }
    for (LogEntry entry : entries.entries()) {
      if (entry.lsn() != received.size()) {
        close(from, "lsn " + entry.lsn() + " came where " + received.size() + " belongs");
        return;
      }
      received.add(entry);
      if (entry.payload() instanceof Payload.EpochBegan began) {
        boolean enlisted = began.backup().map(core::isSelf).orElse(false);
        enlistedAtEpoch = enlisted ? OptionalLong.of(began.epoch()) : OptionalLong.empty();
      }
    }
    outputsReleased = entries.outputsReleased();
    if (enlistedAtEpoch.isPresent()) {
      Backup.enlisted(core, this, from, enlistedAtEpoch.getAsLong(), received, outputsReleased);
    } else {
      ack(from);
    }
  }

  private void ack(long to) {
    long position = core.guest.machine.position();
    core.emit(
        new Effect.SendToPeer(
            to,
            transfer.isPresent()
                ? new LogChannelMessage.TransferTaken(transfer.get().bytesTaken())
                : new LogChannelMessage.Ack(received.size(), position)));
  }

  private void close(long current, String why) {
    core.emit(new Effect.ClosePeer(current));
    leave(why);
  }

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
  public void onTick() {
    if (channel.isPresent() && detector.observe(core.now())) {
      unreachable = true;
      close(channel.getAsLong(), "the live replica is silent");
    }
    tryNext();
  }

  @Override
  public void runSlice(long stepsMax) {}

  @Override
  public boolean wantsToRun(long nowNanos) {
    return false;
  }

  @Override
  public long deadlineNanos() {
    return core.now() + core.limits.heartbeatNanos();
  }

  @Override
  public void flush() {}

  @Override
  public List<Output> unreleased() {
    return core.startUnreleased();
  }

  @Override
  public Optional<String> held(long nowNanos) {
    return Optional.of("not enlisted");
  }

  @Override
  public StageStatus status(long nowNanos) {
    return StageStatus.NONE;
  }
}
