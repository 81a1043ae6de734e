package lockstep.tools.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import lockstep.tools.cluster.ReplicaView;
import org.junit.jupiter.api.Test;

final class TwoLiveTest {
  private static final ReplicaView OLD = Views.live("vmm-1", "a", "PRIMARY", 6, "b");
  private static final ReplicaView NEW = Views.live("vmm-2", "b", "ALONE", 7, "");

  private final TwoLive watch = new TwoLive();

  private void look(long millis, ReplicaView... replicas) {
    look(millis, false, replicas);
  }

  private void look(long millis, boolean cutOff, ReplicaView... replicas) {
    long nanos = Duration.ofMillis(millis).toNanos();
    watch.look(
        List.of(replicas), view -> cutOff && view.process().name().equals("vmm-1"), nanos, nanos);
  }

  @Test
  void whoGoesOnBesideANewerEpochIsTheSecondOfTwo() {
    look(0, OLD, NEW);
    look(1_000, OLD, NEW);
    look(2_000, OLD, NEW);
    assertEquals(Optional.empty(), watch.found());
    look(2_200, OLD, NEW);
    assertEquals(
        Optional.of("two live: vmm-1 is still live at epoch 6, vmm-2 (b) at epoch 7"),
        watch.found());
  }

  @Test
  void thatTheNewerOneDoesNotAnswerAnyMoreChangesNothing() {
    look(0, OLD, NEW);
    look(1_000, OLD);
    look(2_200, OLD);
    assertTrue(watch.found().isPresent());
  }

  @Test
  void whoHaltsInTimeIsNone() {
    look(0, OLD, NEW);
    look(1_900, OLD, NEW);
    look(2_100, NEW);
    look(9_000, NEW);
    assertEquals(Optional.empty(), watch.found());
  }

  @Test
  void whoWasStoppedHasItsTimeOnceItIsContinued() {
    look(0, OLD, NEW);
    look(1_000, Views.stopped("vmm-1"), NEW);
    look(9_000, OLD, NEW);
    look(11_000, OLD, NEW);
    assertEquals(Optional.empty(), watch.found());
    look(11_100, OLD, NEW);
    assertTrue(watch.found().isPresent());
  }

  @Test
  void whoIsCutOffFromTheArbiterHasItsTimeOnceItIsNot() {
    look(0, true, OLD, NEW);
    look(6_000, true, OLD, NEW);
    look(6_200, OLD, NEW);
    look(8_000, OLD, NEW);
    assertEquals(Optional.empty(), watch.found());
    look(8_400, OLD, NEW);
    assertTrue(watch.found().isPresent());
  }

  @Test
  void anotherReplicaOfTheSameVmmHasItsOwnTime() {
    look(0, OLD, NEW);
    look(2_200, Views.live("vmm-1", "c", "PRIMARY", 6, "b"), NEW);
    assertEquals(Optional.empty(), watch.found());
  }

  @Test
  void aLookThatTakesLongMakesNobodyLate() {
    watch.look(List.of(OLD, NEW), _ -> false, 0, Duration.ofSeconds(5).toNanos());
    watch.look(
        List.of(OLD, NEW),
        _ -> false,
        Duration.ofSeconds(6).toNanos(),
        Duration.ofSeconds(11).toNanos());
    assertEquals(Optional.empty(), watch.found());
  }

  @Test
  void noTwoAreLiveAtOneEpochEvenForAMoment() {
    look(0, NEW);
    look(200, Views.live("vmm-3", "c", "PRIMARY", 7, "b"));
    assertEquals(
        Optional.of("two live: vmm-3 (c) is live at epoch 7, vmm-2 (b) at epoch 7"), watch.found());
  }

  @Test
  void oneAfterTheOtherIsAsItMustBe() {
    look(0, OLD, Views.backup("vmm-2", "b", 6));
    look(200, Views.backup("vmm-1", "a", 7), NEW);
    look(9_000, Views.live("vmm-1", "a", "ALONE", 8, ""));
    assertEquals(Optional.empty(), watch.found());
  }
}
