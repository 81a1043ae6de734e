package lockstep.ft.core;

import java.util.Optional;
import lockstep.ft.arbiter.ArbiterRequest;
import lockstep.ft.log.LogChannelMessage;
import lockstep.ft.log.LogChannelMessage.HelloRole;
import lockstep.ft.log.LogChannelMessage.Refusal;

/**
 * Who protects the live replica's guest: its log channel to a candidate that is to become the
 * backup, and to the backup.
 *
 * <p>While the guest has not run, a candidate gets the log from its beginning, acknowledges it, and
 * is enlisted. One is served at a time.
 */
final class Protection {
  private final Core core;
  private final Live live;
  private Optional<LogSender> peer = Optional.empty();

  /** As acknowledged by the last peer, once that is lost. */
  private long nextLsnAcked;

  Protection(Core core, Live live) {
    this.core = core;
    this.live = live;
  }

  boolean hasPeer() {
    return peer.isPresent();
  }

  Optional<LogSender> peer() {
    return peer;
  }

  /** Every entry with a lower lsn was acknowledged, by the peer or by the last one. */
  long nextLsnAcked() {
    return peer.map(LogSender::nextLsnAcked).orElse(nextLsnAcked);
  }

  boolean isPeer(long channel) {
    return peer.isPresent() && peer.get().channel == channel;
  }

  void onPeerSaid(long from, LogChannelMessage message) {
    if (!isPeer(from)) {
      if (message instanceof LogChannelMessage.Hello hello) {
        onHello(from, hello);
      }
      return;
    }
    LogSender sender = peer.orElseThrow();
    sender.heard();
    switch (message) {
      case LogChannelMessage.Ack ack -> onAck(sender, ack);
      case LogChannelMessage.Diverged diverged -> {
        // The claim first: keeping this replica's state takes its time.
        live.losePeer("the backup has diverged: " + diverged.what());
        core.emit(new Effect.DivergenceFound(diverged.position(), diverged.what()));
      }
      case LogChannelMessage.Hello _,
          LogChannelMessage.HelloRefused _,
          LogChannelMessage.Entries _,
          LogChannelMessage.Heartbeat _,
          LogChannelMessage.GuestEnded _ ->
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
    close();
    LogSender sender = new LogSender(from, hello.replica(), core.limits.silenceNanos(), core.now());
    peer = Optional.of(sender);
    core.emit(new Effect.SendToPeer(from, core.hello(HelloRole.LIVE, live.epoch())));
    live.log().sendFromBeginningTo(sender);
  }

  private Optional<LogChannelMessage.HelloRefused> refuse(LogChannelMessage.Hello hello) {
    LogChannelMessage.Hello own = core.hello(HelloRole.LIVE, live.epoch());
    Optional<LogChannelMessage.HelloRefused> mismatch =
        HelloRules.mismatch(own, hello, HelloRole.CANDIDATE)
            .or(() -> HelloRules.startMismatch(own, hello));
    if (mismatch.isPresent()) {
      return mismatch;
    }
    boolean sameAgain = peer.map(p -> p.peer.id().equals(hello.replica().id())).orElse(true);
    Role role = live.role();
    if (role == Role.PRIMARY || role == Role.GOING_ALONE || core.arbiter.isOpen() || !sameAgain) {
      return HelloRules.refused(Refusal.HAS_BACKUP, "role " + role);
    }
    return live.guestHasRun()
        ? HelloRules.refused(Refusal.GUEST_HAS_RUN, "position " + core.guest.machine.position())
        : Optional.empty();
  }

  private void onAck(LogSender sender, LogChannelMessage.Ack ack) {
    if (!sender.acked(ack)) {
      live.losePeer("the backup acknowledges what was never sent");
      return;
    }
    if (live.role() == Role.LIVE_WAITING && sender.allAcked() && !core.arbiter.isOpen()) {
      core.arbiter.ask(
          nonce ->
              new ArbiterRequest.Enlist(
                  core.config.vm(), core.self().id(), live.epoch(), sender.peer, nonce),
          core);
    }
  }

  boolean suspectsPeer() {
    return peer.isPresent() && peer.get().suspects(core.now());
  }

  /** Ends the channel, if there is one. */
  void close() {
    peer.ifPresent(
        sender -> {
          nextLsnAcked = sender.nextLsnAcked();
          core.emit(new Effect.ClosePeer(sender.channel));
        });
    peer = Optional.empty();
    live.log().sendToNobody();
  }

  /** The arbiter knows that the guest has ended: the backup needs not claim. */
  void tellGuestEnded(boolean reset) {
    peer.ifPresent(
        sender ->
            core.emit(
                new Effect.SendToPeer(sender.channel, new LogChannelMessage.GuestEnded(reset))));
    close();
  }

  /** Sends what an event has gathered. */
  void flush(long outputsReleased) {
    peer.ifPresent(sender -> sender.flush(outputsReleased, core));
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

  long deadlineNanos() {
    return peer.map(sender -> sender.heartbeatAtNanos(core.limits.heartbeatNanos()))
        .orElse(Long.MAX_VALUE);
  }

  StageStatus status(long nowNanos, long outputsReleased) {
    return new StageStatus(
        peer.map(sender -> sender.peer.id()),
        nextLsnAcked(),
        peer.map(LogSender::unackedBytes).orElse(0L),
        peer.map(sender -> sender.lagNanos(nowNanos)).orElse(0L),
        outputsReleased);
  }
}
