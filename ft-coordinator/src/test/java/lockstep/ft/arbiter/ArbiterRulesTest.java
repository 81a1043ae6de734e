package lockstep.ft.arbiter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import lockstep.ft.wire.MalformedMessageException;
import org.junit.jupiter.api.Test;

final class ArbiterRulesTest {
  private static final String VM = "web";
  private static final Member A = new Member(new ReplicaId(1, 1), "a:1", "a:2");
  private static final Member B = new Member(new ReplicaId(2, 2), "b:1", "b:2");
  private static final Member C = new Member(new ReplicaId(3, 3), "c:1", "c:2");
  private static final long LEASE_MILLIS = 1_000;
  private static final long LEASE_NANOS = LEASE_MILLIS * 1_000_000;

  private final ArbiterRules rules = new ArbiterRules(LEASE_MILLIS);
  private ArbiterState state = ArbiterState.vacant(VM);
  private long leaseEnd = rules.leaseAtStart(0);
  private long now;
  private long nonce;

  private ArbiterReply ask(ArbiterRequest request) {
    ArbiterRules.Decision decision = rules.decide(state, leaseEnd, request, now);
    assertEquals(decision.changed(), !decision.state().equals(state));
    state = decision.state();
    leaseEnd = decision.leaseEndNanos();
    return decision.reply();
  }

  private void granted(ArbiterRequest request) {
    long before = state.record().epoch();
    assertInstanceOf(ArbiterReply.Granted.class, ask(request));
    assertEquals(before + 1, state.record().epoch());
  }

  private ArbiterReply.Refused refused(ArbiterRequest request) {
    return assertInstanceOf(ArbiterReply.Refused.class, ask(request));
  }

  private ArbiterRequest start(Member who) {
    return new ArbiterRequest.Start(VM, who, state.record().epoch(), ++nonce);
  }

  private ArbiterRequest claim(Member who, long epoch) {
    return new ArbiterRequest.Claim(VM, who, epoch, ++nonce);
  }

  private ArbiterRequest takeOver(Member who, long epoch) {
    return new ArbiterRequest.TakeOver(VM, who, epoch, ++nonce);
  }

  @Test
  void backupThatTakesOverSwitchesTheRolesInOneStep() {
    pair();
    granted(takeOver(B, 2));
    assertEquals(new ArbiterRecord(VM, 3, Optional.of(B), Optional.of(A), 1), state.record());
    granted(takeOver(A, 3));
    assertEquals(new ArbiterRecord(VM, 4, Optional.of(A), Optional.of(B), 1), state.record());
  }

  @Test
  void takingOverIsForTheBackupOfTheEpochOnly() {
    pair();
    assertTrue(refused(takeOver(A, 2)).lost(), "the live replica");
    assertTrue(refused(takeOver(B, 1)).lost(), "another epoch");
    granted(claim(A, 2));
    assertTrue(refused(takeOver(B, 2)).lost(), "who was live has gone on alone");
  }

  @Test
  void whoHandedOverIsRefusedAtItsOldEpochAndGrantedAsBackup() {
    pair();
    granted(takeOver(B, 2));
    assertTrue(refused(claim(A, 2)).lost());
    granted(claim(A, 3));
    assertEquals(Optional.of(A), state.record().live());
  }

  private ArbiterRequest enlist(Member live, Member backup) {
    return new ArbiterRequest.Enlist(VM, live.id(), state.record().epoch(), backup, ++nonce);
  }

  private void pair() {
    granted(start(A));
    granted(enlist(A, B));
  }

  @Test
  void vacantVmIsStartedByWhoAsksFirst() {
    granted(start(A));
    assertEquals(Optional.of(A), state.record().live());
    assertEquals(1, state.record().guestGeneration());
    assertFalse(refused(start(B)).lost());
  }

  /** The replica counts a full lease from the answer that it gets; so must the arbiter. */
  @Test
  void repeatedGrantIsARenewalToTheLiveReplica() {
    ArbiterRequest start = start(A);
    granted(start);
    now = LEASE_NANOS - 1;
    assertInstanceOf(ArbiterReply.Granted.class, ask(start));
    now += LEASE_NANOS - 1;
    assertFalse(refused(start(B)).lost());
    now++;
    granted(start(B));
  }

  @Test
  void otherVersionIsRefusedByNameAndSoIsAMissingHello() {
    assertEquals(Optional.empty(), new ArbiterRequest.Hello(VM).refusedAsFirst());
    String other = new ArbiterRequest.Hello(VM, 99).refusedAsFirst().orElseThrow().reason();
    assertTrue(other.contains("there 99"), other);
    assertTrue(new ArbiterRequest.Watch(VM).refusedAsFirst().isPresent());
  }

  @Test
  void guestIsStartedAnewOnlyWhenTheLeaseIsOver() {
    granted(start(A));
    now = LEASE_NANOS - 1;
    assertFalse(refused(start(B)).lost());
    now = LEASE_NANOS;
    granted(start(B));
    assertEquals(2, state.record().guestGeneration());
  }

  @Test
  void renewalKeepsTheLeaseAndNoEpoch() {
    granted(start(A));
    now = LEASE_NANOS - 1;
    assertEquals(
        new ArbiterReply.Renewed(5, LEASE_MILLIS), ask(new ArbiterRequest.Renew(VM, A.id(), 1, 5)));
    now = LEASE_NANOS + 1;
    refused(start(B));
    assertEquals(1, state.record().epoch());
    assertInstanceOf(
        ArbiterReply.NotRenewed.class, ask(new ArbiterRequest.Renew(VM, B.id(), 1, 1)));
  }

  @Test
  void fullLeaseIsGrantedWhenTheArbiterStarts() {
    granted(start(A));
    now = 10 * LEASE_NANOS;
    leaseEnd = rules.leaseAtStart(now); // it was down meanwhile
    refused(start(B));
  }

  @Test
  void ofTwoClaimsAtOneEpochOneWins() {
    pair();
    ArbiterRequest claimOfB = claim(B, 2);
    granted(claim(A, 2));
    assertTrue(refused(claimOfB).lost());
    assertEquals(Optional.of(A), state.record().live());
    assertEquals(Optional.empty(), state.record().backup());
  }

  @Test
  void claimAtAnEpochThatWasLookedUpIsLost() {
    pair();
    granted(claim(A, 2));
    assertTrue(refused(claim(B, state.record().epoch())).lost());
    assertTrue(refused(claim(C, state.record().epoch())).lost());
  }

  @Test
  void repeatedClaimGetsTheSameAnswer() {
    pair();
    ArbiterRequest claim = claim(B, 2);
    ArbiterReply first = ask(claim);
    leaseEnd = rules.leaseAtStart(now); // the arbiter was started anew in between
    assertEquals(first, ask(claim));
    assertEquals(3, state.record().epoch());
  }

  @Test
  void repeatedClaimIsLostOnceSomebodyElseWasGranted() {
    pair();
    ArbiterRequest claim = claim(B, 2);
    granted(claim);
    now = LEASE_NANOS * 2;
    granted(start(C));
    assertTrue(refused(claim).lost());
  }

  @Test
  void equalNonceOfAnotherReplicaIsNoRepetition() {
    pair();
    granted(new ArbiterRequest.Claim(VM, A, 2, 99));
    assertTrue(refused(new ArbiterRequest.Claim(VM, B, 2, 99)).lost());
  }

  @Test
  void onlyTheLiveReplicaEnlistsAndResigns() {
    pair();
    assertTrue(refused(enlist(B, C)).lost());
    assertTrue(refused(enlist(A, C)).lost(), "there is a backup already");
    assertTrue(refused(new ArbiterRequest.Resign(VM, B.id(), 2, ++nonce)).lost());
    granted(claim(A, 2));
    granted(enlist(A, C));
    granted(new ArbiterRequest.Resign(VM, A.id(), 4, ++nonce));
    assertEquals(Optional.empty(), state.record().live());
    granted(start(B));
  }

  @Test
  void stateSurvivesItsBytes() throws MalformedMessageException {
    pair();
    ArbiterStateCodec codec = new ArbiterStateCodec();
    assertEquals(state, codec.fromBytes(codec.toBytes(state)));
    assertEquals(ArbiterState.vacant(VM), codec.fromBytes(codec.toBytes(ArbiterState.vacant(VM))));
  }
}
