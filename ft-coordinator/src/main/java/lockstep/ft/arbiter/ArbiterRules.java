package lockstep.ft.arbiter;

import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The arbiter's test-and-set: who may be live.
 *
 * <p>A pure function of the durable state, the lease, a request and the time. Its caller keeps one
 * {@link ArbiterState} and one lease per VM and, for each request of a VM, one after the other:
 * asks {@link #decide}; if the state changed, makes it durable, and from the same moment refuses
 * disk commands of lower epochs; only then answers, and tells the new record to who watches.
 *
 * <p>A lease is not durable: it counts only while the arbiter is up, and {@link #leaseAtStart} is a
 * full one.
 *
 * <table>
 *   <caption>What is granted</caption>
 *   <tr><th>request</th><th>granted if</th><th>the record then</th></tr>
 *   <tr><td>start</td><td>the epoch is current, and nobody is live or the lease is over</td>
 *       <td>live = claimant, no backup, guest generation + 1</td></tr>
 *   <tr><td>claim</td><td>the epoch is current, and the claimant is recorded live or backup</td>
 *       <td>live = claimant, no backup: so the live replica dismisses its backup, too</td></tr>
 *   <tr><td>take over</td><td>the epoch is current, and the claimant is recorded backup</td>
 *       <td>live = claimant, backup = who was live</td></tr>
 *   <tr><td>enlist</td><td>the epoch is current, asked by the live replica, no backup yet</td>
 *       <td>backup = the one named</td></tr>
 *   <tr><td>resign</td><td>the epoch is current, asked by the live replica</td>
 *       <td>nobody live, no backup</td></tr>
 *   <tr><td>renew</td><td>asked by the live replica</td><td>unchanged; the lease is full</td></tr>
 * </table>
 *
 * <p>Each grant raises the epoch by one. A request that repeats the last grant (same claimant, same
 * nonce) gets the same answer again, and a full lease; once another grant has followed it, it is
 * judged anew, and lost.
 */
public final class ArbiterRules {
  /** Length of a lease. */
  public static final long LEASE_MILLIS_DEFAULT = 30_000;

  /**
   * An arbiter that has not looked at its clock for more than this part of a lease has stood still.
   * A live replica renews as often, so less takes at most half of a lease away from it.
   */
  private static final int STANDSTILL_PART = 4;

  /** How often an arbiter without requests looks at its clock, in standstills. */
  private static final int LOOKS_PER_STANDSTILL = 4;

  /**
   * What the arbiter does with a request.
   *
   * @param state the state from now on
   * @param changed whether it differs, so must be made durable before the reply is sent
   * @param leaseEndNanos the lease from now on
   */
  public record Decision(
      ArbiterState state, boolean changed, long leaseEndNanos, ArbiterReply reply) {}

  private final long leaseMillis;

  public ArbiterRules(long leaseMillis) {
    if (leaseMillis <= 0) {
      throw new IllegalArgumentException("a lease of " + leaseMillis + " ms");
    }
    this.leaseMillis = leaseMillis;
  }

  /** When the lease of a VM ends if the arbiter starts at {@code nowNanos}. */
  public long leaseAtStart(long nowNanos) {
    return nowNanos + leaseNanos();
  }

  private long leaseNanos() {
    return TimeUnit.MILLISECONDS.toNanos(leaseMillis);
  }

  /**
   * The lease of a VM when its arbiter looks at its clock, before it decides anything. One that has
   * stood still (SIGSTOP, a host that was paused, a store that did not answer) grants a full lease
   * on continuing, as on starting: the live replica could not renew, and a start that was waiting
   * before its renewal must not win by that.
   *
   * @param lastLookNanos when it looked at its clock before
   */
  public long leaseOnLooking(long leaseEndNanos, long lastLookNanos, long nowNanos) {
    boolean stoodStill = nowNanos - lastLookNanos > leaseNanos() / STANDSTILL_PART;
    long full = leaseAtStart(nowNanos);
    return stoodStill && full - leaseEndNanos > 0 ? full : leaseEndNanos;
  }

  /** An arbiter looks at its clock at least so often, though nobody asks it anything. */
  public long lookNanos() {
    return leaseNanos() / STANDSTILL_PART / LOOKS_PER_STANDSTILL;
  }

  /**
   * The state after the live replica was deposed by hand; empty if nobody is live at {@code epoch},
   * or the lease is not over. As safe as a start by another replica, for the same reason.
   *
   * @param leaseEndNanos as for {@link #decide}
   */
  public Optional<ArbiterState> deposed(
      ArbiterState state, long leaseEndNanos, long epoch, long nowNanos) {
    ArbiterRecord record = state.record();
    if (record.epoch() != epoch || record.live().isEmpty() || leaseEndNanos - nowNanos > 0) {
      return Optional.empty();
    }
    ArbiterRecord vacant =
        new ArbiterRecord(
            record.vm(), epoch + 1, Optional.empty(), Optional.empty(), record.guestGeneration());
    return Optional.of(new ArbiterState(vacant, Optional.empty()));
  }

  /**
   * Decides one request about the VM of {@code state}.
   *
   * @param leaseEndNanos as of the last decision, or {@link #leaseAtStart}, and {@link
   *     #leaseOnLooking}
   * @param nowNanos of the arbiter's monotonic clock
   */
  public Decision decide(
      ArbiterState state, long leaseEndNanos, ArbiterRequest request, long nowNanos) {
    ArbiterRecord record = state.record();
    if (!record.vm().equals(request.vm())) {
      throw new IllegalArgumentException("a request about another VM: " + request.vm());
    }
    return switch (request) {
      case ArbiterRequest.Hello _ ->
          unchanged(
              state,
              leaseEndNanos,
              new ArbiterReply.HelloRefused(
                  ArbiterRequest.PROTOCOL_VERSION, "a hello is the first message, or none"));
      case ArbiterRequest.Watch _ ->
          unchanged(state, leaseEndNanos, new ArbiterReply.Current(record, leaseMillis));
      case ArbiterRequest.Renew renew -> renew(state, leaseEndNanos, renew, nowNanos);
      case ArbiterRequest.Start start -> start(state, leaseEndNanos, start, nowNanos);
      case ArbiterRequest.Claim claim -> {
        Asked asked = new Asked(claim.claimant().id(), claim.nonce());
        boolean recorded =
            isMember(record.live(), claim.claimant().id())
                || isMember(record.backup(), claim.claimant().id());
        yield testAndSet(
            new Test(state, leaseEndNanos, nowNanos, asked),
            claim.epoch() == record.epoch() && recorded,
            "the claimant is neither live nor backup at epoch " + claim.epoch(),
            Optional.of(claim.claimant()),
            Optional.empty());
      }
      case ArbiterRequest.TakeOver takeOver -> {
        Asked asked = new Asked(takeOver.claimant().id(), takeOver.nonce());
        yield testAndSet(
            new Test(state, leaseEndNanos, nowNanos, asked),
            takeOver.epoch() == record.epoch()
                && isMember(record.backup(), takeOver.claimant().id()),
            "the claimant is not the backup at epoch " + takeOver.epoch(),
            Optional.of(takeOver.claimant()),
            record.live());
      }
      case ArbiterRequest.Enlist enlist -> {
        Asked asked = new Asked(enlist.live(), enlist.nonce());
        yield testAndSet(
            new Test(state, leaseEndNanos, nowNanos, asked),
            isLiveAt(record, enlist.live(), enlist.epoch())
                && record.backup().isEmpty()
                && !enlist.backup().id().equals(enlist.live()),
            "only the live replica, without a backup, enlists one; not at epoch " + enlist.epoch(),
            record.live(),
            Optional.of(enlist.backup()));
      }
      case ArbiterRequest.Resign resign -> {
        Asked asked = new Asked(resign.live(), resign.nonce());
        yield testAndSet(
            new Test(state, leaseEndNanos, nowNanos, asked),
            isLiveAt(record, resign.live(), resign.epoch()),
            "only the live replica resigns; not at epoch " + resign.epoch(),
            Optional.empty(),
            Optional.empty());
      }
    };
  }

  private Decision renew(
      ArbiterState state, long leaseEndNanos, ArbiterRequest.Renew renew, long nowNanos) {
    if (isMember(state.record().live(), renew.live())) {
      return new Decision(
          state,
          false,
          leaseAtStart(nowNanos),
          new ArbiterReply.Renewed(renew.sequence(), leaseMillis));
    }
    return unchanged(
        state, leaseEndNanos, new ArbiterReply.NotRenewed(renew.sequence(), state.record()));
  }

  private Decision start(
      ArbiterState state, long leaseEndNanos, ArbiterRequest.Start start, long nowNanos) {
    ArbiterRecord record = state.record();
    Asked asked = new Asked(start.claimant().id(), start.nonce());
    if (asked.isLastGrantOf(state)) {
      return repeated(state, leaseEndNanos, asked, nowNanos);
    }
    if (start.epoch() != record.epoch()) {
      return refused(state, leaseEndNanos, asked, false, "the epoch is " + record.epoch());
    }
    if (record.live().isPresent() && leaseEndNanos - nowNanos > 0) {
      return refused(state, leaseEndNanos, asked, false, "the live replica's lease still runs");
    }
    return granted(
        asked,
        nowNanos,
        new ArbiterRecord(
            record.vm(),
            record.epoch() + 1,
            Optional.of(start.claimant()),
            Optional.empty(),
            record.guestGeneration() + 1));
  }

  /** Who asks, and with which nonce. */
  private record Asked(ReplicaId claimant, long nonce) {
    boolean isLastGrantOf(ArbiterState state) {
      return state.lastGrant().isPresent()
          && state.lastGrant().get().claimant().equals(claimant)
          && state.lastGrant().get().nonce() == nonce;
    }
  }

  private record Test(ArbiterState state, long leaseEndNanos, long nowNanos, Asked asked) {}

  private Decision testAndSet(
      Test test, boolean passed, String otherwise, Optional<Member> live, Optional<Member> backup) {
    ArbiterRecord record = test.state.record();
    if (test.asked.isLastGrantOf(test.state)) {
      return repeated(test.state, test.leaseEndNanos, test.asked, test.nowNanos);
    }
    if (!passed) {
      return refused(test.state, test.leaseEndNanos, test.asked, true, otherwise);
    }
    return granted(
        test.asked,
        test.nowNanos,
        new ArbiterRecord(record.vm(), record.epoch() + 1, live, backup, record.guestGeneration()));
  }

  private Decision granted(Asked asked, long nowNanos, ArbiterRecord record) {
    return new Decision(
        new ArbiterState(record, Optional.of(new ArbiterState.Grant(asked.claimant, asked.nonce))),
        true,
        leaseAtStart(nowNanos),
        new ArbiterReply.Granted(asked.nonce, record, leaseMillis));
  }

  /** The answer promises a full lease, so to the live replica it is a renewal too. */
  private Decision repeated(ArbiterState state, long leaseEndNanos, Asked asked, long nowNanos) {
    boolean live = isMember(state.record().live(), asked.claimant);
    return unchanged(
        state,
        live ? leaseAtStart(nowNanos) : leaseEndNanos,
        new ArbiterReply.Granted(asked.nonce, state.record(), leaseMillis));
  }

  private static Decision refused(
      ArbiterState state, long leaseEndNanos, Asked asked, boolean lost, String reason) {
    return unchanged(
        state, leaseEndNanos, new ArbiterReply.Refused(asked.nonce, lost, reason, state.record()));
  }

  private static Decision unchanged(ArbiterState state, long leaseEndNanos, ArbiterReply reply) {
    return new Decision(state, false, leaseEndNanos, reply);
  }

  private static boolean isLiveAt(ArbiterRecord record, ReplicaId id, long epoch) {
    return record.epoch() == epoch && isMember(record.live(), id);
  }

  private static boolean isMember(Optional<Member> member, ReplicaId id) {
    return member.isPresent() && member.get().id().equals(id);
  }
}
