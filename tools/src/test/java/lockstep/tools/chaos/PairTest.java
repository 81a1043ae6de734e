package lockstep.tools.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import lockstep.tools.cluster.ReplicaView;
import org.junit.jupiter.api.Test;

final class PairTest {
  private static final ReplicaView PRIMARY = Views.live("vmm-2", "b", "PRIMARY", 7, "c");
  private static final ReplicaView BACKUP = Views.backup("vmm-3", "c", 7);

  @Test
  void aPrimaryAndTheBackupThatItHasArePair() {
    ReplicaView stale = Views.live("vmm-1", "a", "PRIMARY", 6, "b");
    assertEquals(
        Optional.of(new Pair(PRIMARY, BACKUP)), Pair.among(List.of(stale, PRIMARY, BACKUP)));
  }

  @Test
  void anotherPrimarysBackupIsNone() {
    ReplicaView stale = Views.live("vmm-1", "a", "PRIMARY", 6, "b");
    ReplicaView alone = Views.live("vmm-2", "b", "ALONE", 7, "");
    assertEquals(Optional.empty(), Pair.among(List.of(stale, alone, BACKUP)));
  }

  @Test
  void aBackupOfAnEarlierEpochIsNone() {
    ReplicaView old = Views.backup("vmm-3", "c", 6);
    assertEquals(Optional.empty(), Pair.among(List.of(PRIMARY, old)));
  }

  @Test
  void whoIsAloneIsNoPair() {
    assertEquals(Optional.empty(), Pair.among(List.of(PRIMARY, Views.stopped("vmm-3"))));
  }
}
