package lockstep.disk.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import lockstep.disk.ServerFixture;
import lockstep.ft.arbiter.ArbiterReply;
import lockstep.ft.arbiter.ArbiterRequest;
import lockstep.ft.arbiter.ArbiterRules;
import lockstep.ft.arbiter.ArbiterState;
import lockstep.ft.arbiter.Member;
import org.junit.jupiter.api.Test;

/** DESIGN, "Lease": it counts only while the arbiter is up, and running. */
final class FenceLeaseTest {
  private static final String VM = "web";
  private static final long LEASE_MILLIS = 1_000;
  private static final long LEASE_NANOS = TimeUnit.MILLISECONDS.toNanos(LEASE_MILLIS);
  private static final Member LIVE = ServerFixture.member(1);
  private static final Member OTHER = ServerFixture.member(2);

  private final ArbiterRules rules = new ArbiterRules(LEASE_MILLIS);

  /** A monotonic clock may begin anywhere, and wrap. */
  private long now = Long.MAX_VALUE - LEASE_NANOS / 2;

  private final Fence fence = new Fence(rules, ArbiterState.vacant(VM), _ -> {}, now);
  private long nonce;

  private ArbiterReply ask(ArbiterRequest request) throws IOException {
    return fence.decide(request, now);
  }

  private ArbiterRequest start(Member who) {
    return new ArbiterRequest.Start(VM, who, fence.record().epoch(), ++nonce);
  }

  private ArbiterRequest renew() {
    return new ArbiterRequest.Renew(VM, LIVE.id(), fence.record().epoch(), ++nonce);
  }

  /** Time passes for an arbiter that runs. */
  private void run(long nanos) {
    for (long left = nanos; left > 0; left -= rules.lookNanos()) {
      now += Math.min(left, rules.lookNanos());
      fence.look(now);
    }
  }

  /** Time passes for an arbiter that stands still. */
  private void standStill(long nanos) {
    now += nanos;
  }

  private void assertMayNotStartYet(Member who) throws IOException {
    ArbiterReply.Refused refused = assertInstanceOf(ArbiterReply.Refused.class, ask(start(who)));
    assertFalse(refused.lost());
  }

  @Test
  void aStartWaitingInFrontOfTheRenewalDoesNotWinByAStandstillOfTheArbiter() throws IOException {
    ask(start(LIVE));
    run(LEASE_NANOS / 4);
    standStill(10 * LEASE_NANOS);
    assertMayNotStartYet(OTHER);
    assertInstanceOf(ArbiterReply.Renewed.class, ask(renew()));
    assertMayNotStartYet(OTHER);
    assertEquals(Optional.of(LIVE), fence.record().live());
  }

  @Test
  void itIsTheSameWhoeverNoticesTheStandstillFirst() throws IOException {
    ask(start(LIVE));
    standStill(10 * LEASE_NANOS);
    assertTrue(fence.leaseLeftNanos(now) > 0, "read by another thread");
    fence.look(now);
    assertMayNotStartYet(OTHER);
    run(LEASE_NANOS - 1);
    assertMayNotStartYet(OTHER);
    run(1);
    assertInstanceOf(ArbiterReply.Granted.class, ask(start(OTHER)));
  }

  @Test
  void aShortStandstillLeavesALivingReplicaTimeToRenew() throws IOException {
    ask(start(LIVE));
    run(LEASE_NANOS / 4);
    standStill(LEASE_NANOS / 4);
    assertMayNotStartYet(OTHER);
    assertTrue(fence.leaseLeftNanos(now) >= LEASE_NANOS / 2);
  }

  @Test
  void theSilenceOfAReplicaIsNoStandstillOfTheArbiter() throws IOException {
    ask(start(LIVE));
    run(LEASE_NANOS - 1);
    assertMayNotStartYet(OTHER);
    run(1);
    assertEquals(0, fence.leaseLeftNanos(now));
    assertInstanceOf(ArbiterReply.Granted.class, ask(start(OTHER)));
  }

  private Optional<String> whileNobodyIsLive(OptionalLong depose, AtomicBoolean done)
      throws IOException {
    done.set(false);
    return fence.whileNobodyIsLive(depose, now, () -> done.set(true));
  }

  @Test
  void aReplicaWhoseLeaseIsOverMayStillBeLive() throws IOException {
    AtomicBoolean done = new AtomicBoolean();
    assertEquals(Optional.empty(), whileNobodyIsLive(OptionalLong.empty(), done));
    assertTrue(done.get());
    ask(start(LIVE));
    run(2 * LEASE_NANOS);
    String why = whileNobodyIsLive(OptionalLong.empty(), done).orElseThrow();
    assertTrue(why.contains(LIVE.id().brief()) && why.contains("has not resigned"), why);
    assertFalse(done.get());
    // And indeed it goes on.
    assertInstanceOf(ArbiterReply.Renewed.class, ask(renew()));
    long epoch = fence.record().epoch();
    ask(new ArbiterRequest.Resign(VM, LIVE.id(), epoch, ++nonce));
    assertEquals(Optional.empty(), whileNobodyIsLive(OptionalLong.empty(), done));
    assertTrue(done.get());
  }

  @Test
  void whoIsDeposedIsFencedForGoodAndOnlyAfterItsLease() throws IOException {
    AtomicBoolean done = new AtomicBoolean();
    ask(start(LIVE));
    long epoch = fence.record().epoch();
    Fence.Answer.Granted granted =
        assertInstanceOf(Fence.Answer.Granted.class, fence.attach("root", epoch, _ -> {}));
    run(LEASE_NANOS - 1);
    assertTrue(whileNobodyIsLive(OptionalLong.of(epoch), done).isPresent());
    standStill(10 * LEASE_NANOS);
    assertTrue(whileNobodyIsLive(OptionalLong.of(epoch), done).isPresent());
    run(LEASE_NANOS);
    fence.look(now);
    run(LEASE_NANOS);
    assertTrue(whileNobodyIsLive(OptionalLong.of(epoch - 1), done).isPresent());
    assertFalse(done.get());

    assertEquals(Optional.empty(), whileNobodyIsLive(OptionalLong.of(epoch), done));
    assertTrue(done.get());
    assertEquals(epoch + 1, fence.record().epoch());
    assertEquals(Attach.End.FENCED, granted.attach().end());
    assertInstanceOf(ArbiterReply.NotRenewed.class, ask(renew()));
    ArbiterReply.Refused refused =
        assertInstanceOf(
            ArbiterReply.Refused.class, ask(new ArbiterRequest.Claim(VM, LIVE, epoch, ++nonce)));
    assertTrue(refused.lost());
  }
}
