package lockstep.ft.core;

import java.util.List;
import java.util.Optional;
import lockstep.ft.arbiter.ArbiterReply;
import lockstep.ft.arbiter.Member;
import lockstep.ft.log.Payload;
import lockstep.ft.machine.Output;

/** The three ways in which a replica becomes live. */
final class BecomingLive {
  private BecomingLive() {}

  /** The start was granted: the log begins; the guest runs, or waits for a backup. */
  static void started(Core core, ArbiterReply.Granted granted, boolean overLost) {
    Role before = core.stage().role();
    List<Output> unreleased = core.startUnreleased();
    Live live =
        new Live(core, Role.LIVE_WAITING, granted, core.arbiter.askedAtNanos(), 0, unreleased);
    core.become(live);
    live.powerOn();
    live.log().append(new Payload.EpochBegan(live.epoch(), core.self().id(), Optional.empty()));
    long generation = granted.record().guestGeneration();
    core.tellRole(
        before,
        Role.LIVE_WAITING,
        overLost
            ? "started anew: the guest's generation " + (generation - 1) + " is lost"
            : "started, generation " + generation);
    if (overLost) {
      core.emit(new Effect.StartedAnew(generation));
    }
    if (core.config.startRule() == ReplicaConfig.StartRule.ALONE) {
      live.become(Role.ALONE, "started to run alone");
      live.beginRunning();
    }
  }

  /**
   * The backup was handed the role and has executed the whole log; the arbiter has switched the
   * roles. Who was live knows all of the log, so it is the backup, and has acknowledged so far.
   */
  static void tookOver(
      Core core, ArbiterReply.Granted granted, Replay replay, long channel, boolean channelLost) {
    Member other = granted.record().backup().orElseThrow();
    Live live =
        new Live(
            core,
            Role.TAKING_OVER,
            granted,
            core.arbiter.askedAtNanos(),
            replay.nextLsn(),
            replay.kept());
    core.become(live);
    if (!channelLost) {
      live.protectBy(channel, other);
    }
    live.log()
        .append(new Payload.EpochBegan(live.epoch(), core.self().id(), Optional.of(other.id())));
    live.become(Role.PRIMARY, "took over from " + other.id().brief());
    live.beginRunning();
    if (channelLost) {
      live.losePeer("the log channel was lost meanwhile");
    }
  }

  /** The backup's claim was won and its log is replayed. */
  static void wentLive(Core core, Backup.Won won, Replay replay) {
    Live live =
        new Live(
            core,
            Role.GOING_LIVE,
            won.granted(),
            won.askedAtNanos(),
            replay.nextLsn(),
            replay.kept());
    core.become(live);
    for (int i = replay.unmarked(); i > 0; i--) {
      live.log().append(new Payload.OutputMade(core.guest.outputsMade() - i));
    }
    live.log().append(new Payload.EpochBegan(live.epoch(), core.self().id(), Optional.empty()));
    live.become(Role.ALONE, "went live");
    // The primary may have died between letting this out and resigning.
    replay.powerChangeReleased().ifPresent(change -> live.guestEnded(change.reset()));
    live.beginRunning();
  }
}
