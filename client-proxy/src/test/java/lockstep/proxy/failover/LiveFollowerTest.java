package lockstep.proxy.failover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import lockstep.ft.arbiter.ArbiterRecord;
import lockstep.ft.arbiter.Member;
import lockstep.ft.arbiter.ReplicaId;
import org.junit.jupiter.api.Test;

final class LiveFollowerTest {
  private static final ReplicaId A = new ReplicaId(0, 1);
  private static final ReplicaId B = new ReplicaId(0, 2);

  private final LiveFollower follower = new LiveFollower();

  private static ArbiterRecord record(long epoch, Optional<ReplicaId> live) {
    return new ArbiterRecord(
        "web", epoch, live.map(id -> new Member(id, "", "")), Optional.empty(), 1);
  }

  private static ArbiterRecord record(long epoch, ReplicaId live) {
    return record(epoch, Optional.of(live));
  }

  @Test
  void nobodyIsLiveBeforeSomebodySaysSo() {
    follower.opened(1, A);
    assertEquals(OptionalLong.empty(), follower.live());
    follower.recorded(record(1, A));
    assertEquals(OptionalLong.empty(), follower.live());
  }

  @Test
  void aReplicaIsBelievedWithoutTheArbiter() {
    follower.opened(1, A);
    assertEquals(Optional.empty(), follower.saidLive(1, 1, 1));
    assertTrue(follower.hears(1));
  }

  @Test
  void aHigherEpochTakesOver() {
    follower.opened(1, A);
    follower.opened(2, B);
    var _ = follower.saidLive(1, 1, 1);
    assertEquals(Optional.empty(), follower.saidLive(2, 2, 1));
    assertTrue(follower.hears(2));
    assertFalse(follower.hears(1));
  }

  @Test
  void whoWasLiveBeforeTheOtherHasToSayThatItIsAgain() {
    follower.opened(1, A);
    follower.opened(2, B);
    var _ = follower.saidLive(1, 2, 1);
    follower.recorded(record(2, A));
    var _ = follower.saidLive(2, 3, 1);
    follower.recorded(record(3, B));
    follower.recorded(record(4, A)); // the roles are switched again; A does not know it yet
    assertFalse(follower.hears(1));
    assertEquals(Optional.empty(), follower.saidLive(1, 4, 1));
    assertTrue(follower.hears(1));
  }

  @Test
  void anOlderEpochIsRefusedForEver() {
    follower.opened(1, A);
    follower.opened(2, B);
    var _ = follower.saidLive(2, 5, 1);
    assertEquals(Optional.of("epoch 4 is older than 5"), follower.saidLive(1, 4, 1));
    follower.closed(2);
    assertEquals(OptionalLong.empty(), follower.live());
    assertEquals(Optional.of("epoch 4 is older than 5"), follower.saidLive(1, 4, 1));
  }

  @Test
  void theArbiterFencesBeforeTheSuccessorSpeaks() {
    follower.opened(1, A);
    follower.opened(2, B);
    var _ = follower.saidLive(1, 1, 1);
    follower.recorded(record(2, B));
    assertEquals(OptionalLong.empty(), follower.live());
    assertEquals(Optional.empty(), follower.saidLive(2, 2, 1));
    assertTrue(follower.hears(2));
  }

  @Test
  void anEnlistingDoesNotInterruptTheLiveReplica() {
    follower.opened(1, A);
    var _ = follower.saidLive(1, 1, 1);
    follower.recorded(record(2, A));
    assertTrue(follower.hears(1));
    assertEquals(Optional.empty(), follower.saidLive(1, 2, 1));
    assertTrue(follower.hears(1));
  }

  @Test
  void aLateWordOfAnEarlierEpochOfTheRecordedReplicaCounts() {
    follower.recorded(record(2, A));
    follower.opened(1, A);
    assertEquals(Optional.empty(), follower.saidLive(1, 1, 1));
    assertTrue(follower.hears(1));
  }

  @Test
  void anOldRecordSaysNothing() {
    follower.opened(1, A);
    var _ = follower.saidLive(1, 7, 1);
    follower.recorded(record(3, B));
    assertTrue(follower.hears(1));
    assertEquals(7, follower.epochHighest());
  }

  @Test
  void anEpochThatTheArbiterKnowsNothingOfIsAsIfItHadNotBeenSaid() {
    follower.opened(1, A);
    follower.opened(2, B);
    var _ = follower.saidLive(1, 5, 1);
    follower.recorded(record(5, A));
    assertEquals(OptionalLong.empty(), follower.unconfirmed());
    var _ = follower.saidLive(2, Long.MAX_VALUE, 1);
    assertFalse(follower.hears(1));
    follower.recorded(record(5, A)); // perhaps said before
    assertFalse(follower.hears(1));
    long claim = follower.unconfirmed().orElseThrow();
    assertEquals(List.of(2L), follower.recordedAfter(claim, record(5, A)));
    assertTrue(follower.hears(1));
    assertEquals(5, follower.epochHighest());
    assertEquals(Optional.empty(), follower.saidLive(2, 6, 1));
    assertTrue(follower.hears(2));
  }

  @Test
  void whatWasSaidAfterTheQuestionIsNotItsBusiness() {
    follower.opened(1, A);
    follower.opened(2, B);
    var _ = follower.saidLive(1, 5, 1);
    long claim = follower.unconfirmed().orElseThrow();
    var _ = follower.saidLive(2, 6, 1);
    assertEquals(List.of(), follower.recordedAfter(claim, record(5, A)));
    assertTrue(follower.hears(2));
  }

  @Test
  void anArbiterThatHasForgottenWhatItConfirmedIsNotHeard() {
    follower.opened(1, A);
    var _ = follower.saidLive(1, 5, 1);
    follower.recorded(record(5, A));
    var _ = follower.saidLive(1, 6, 1);
    long claim = follower.unconfirmed().orElseThrow();
    assertEquals(List.of(), follower.recordedAfter(claim, record(2, B)));
    assertTrue(follower.hears(1));
  }

  @Test
  void twoAtOneEpochAreNotBothBelieved() {
    follower.opened(1, A);
    follower.opened(2, B);
    var _ = follower.saidLive(1, 3, 1);
    assertEquals(Optional.of("another replica is live at epoch 3"), follower.saidLive(2, 3, 1));
    assertTrue(follower.hears(1));
    follower.recorded(record(3, B));
    assertTrue(follower.hears(2));
  }

  @Test
  void aNewConnectionOfTheLiveReplicaTakesOver() {
    follower.opened(1, A);
    var _ = follower.saidLive(1, 1, 1);
    follower.opened(2, A);
    assertTrue(follower.hears(1));
    var _ = follower.saidLive(2, 1, 1);
    assertTrue(follower.hears(2));
    follower.closed(1);
    assertTrue(follower.hears(2));
  }

  @Test
  void aResignationLeavesNobody() {
    follower.opened(1, A);
    var _ = follower.saidLive(1, 1, 1);
    follower.recorded(record(2, Optional.empty()));
    assertEquals(OptionalLong.empty(), follower.live());
  }

  @Test
  void aNewGenerationIsARestartAndAFailoverIsNone() {
    follower.opened(1, A);
    follower.opened(2, B);
    var _ = follower.saidLive(1, 1, 1);
    var _ = follower.saidLive(2, 2, 1);
    assertEquals(0, follower.guestRestarts());
    follower.closed(2);
    follower.opened(3, A);
    var _ = follower.saidLive(3, 3, 2);
    assertEquals(1, follower.guestRestarts());
  }

  /** Whatever is said in whatever order, the epoch never falls and an older word never counts. */
  @Test
  void theEpochNeverFallsAndTheLiveOneIsAlwaysRightful() {
    for (int seed = 0; seed < 2_000; seed++) {
      Random random = new Random(seed);
      LiveFollower any = new LiveFollower();
      long[] said = new long[6];
      boolean[] open = new boolean[6];
      ReplicaId[] ids = {A, B, A, B, new ReplicaId(0, 3), new ReplicaId(0, 4)};
      ArbiterRecord last = record(0, Optional.empty());
      long highest = 0;
      for (int step = 0; step < 60; step++) {
        int link = random.nextInt(6);
        long epoch = Math.max(0, highest + random.nextInt(5) - 2);
        switch (random.nextInt(4)) {
          case 0 -> {
            if (open[link]) {
              any.closed(link);
            } else {
              any.opened(link, ids[link]);
            }
            open[link] = !open[link];
            said[link] = -1;
          }
          case 1 -> {
            ArbiterRecord heard =
                record(epoch, random.nextBoolean() ? Optional.of(ids[link]) : Optional.empty());
            any.recorded(heard);
            last = epoch >= highest ? heard : last;
            highest = Math.max(highest, epoch);
          }
          default -> {
            var _ = any.saidLive(link, epoch, 1);
            if (open[link]) {
              said[link] = Math.max(said[link], epoch);
              highest = Math.max(highest, epoch);
            }
          }
        }
        assertEquals(highest, any.epochHighest(), "seed " + seed);
        if (any.live().isPresent()) {
          int live = (int) any.live().getAsLong();
          assertTrue(open[live], "seed " + seed);
          boolean saidIt = said[live] == highest;
          boolean named =
              said[live] >= 0
                  && last.epoch() == highest
                  && last.live().map(Member::id).equals(Optional.of(ids[live]));
          assertTrue(saidIt || named, "seed " + seed + " step " + step);
        }
      }
    }
  }
}
