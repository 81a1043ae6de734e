package lockstep.tools.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import lockstep.tools.cluster.ReplicaView;
import org.junit.jupiter.api.Test;

final class RoleWatchTest {
  private final RoleWatch watch =
      new RoleWatch(
          () -> {
            throw new IOException("out of files");
          },
          _ -> false);

  private void look(long seconds, ReplicaView... replicas) {
    long nanos = Duration.ofSeconds(seconds).toNanos();
    watch.look(List.of(replicas), nanos, nanos);
  }

  @Test
  void aSwitchIsThatAPrimaryBecomesABackup() {
    look(0, Views.live("vmm-1", "a", "PRIMARY", 4, "b"), Views.backup("vmm-2", "b", 4));
    look(1, Views.backup("vmm-1", "a", 5), Views.live("vmm-2", "b", "PRIMARY", 5, "a"));
    assertEquals(1, watch.switches());
    look(2, Views.backup("vmm-1", "a", 5), Views.live("vmm-2", "b", "PRIMARY", 5, "a"));
    look(3, Views.live("vmm-1", "a", "PRIMARY", 6, "b"), Views.stopped("vmm-2"));
    look(4, Views.live("vmm-1", "a", "PRIMARY", 6, "b"), Views.backup("vmm-2", "b", 6));
    assertEquals(2, watch.switches());
  }

  @Test
  void aFailoverIsNone() {
    look(0, Views.live("vmm-1", "a", "PRIMARY", 4, "b"), Views.backup("vmm-2", "b", 4));
    look(1, Views.stopped("vmm-1"), Views.live("vmm-2", "b", "ALONE", 5, ""));
    look(2, Views.backup("vmm-1", "c", 6), Views.live("vmm-2", "b", "PRIMARY", 6, "c"));
    assertEquals(0, watch.switches());
  }

  @Test
  void twoLiveAreNoticed() {
    for (long second = 0; second < 4; second++) {
      look(
          second,
          Views.live("vmm-1", "a", "PRIMARY", 4, "b"),
          Views.live("vmm-2", "b", "ALONE", 5, ""));
    }
    assertTrue(watch.twoLive().isPresent());
  }

  @Test
  void whoCannotLookDoesNotSayThatAllIsWell() {
    assertEquals(Optional.empty(), watch.twoLive());
    watch.run();
    assertEquals(
        Optional.of("nobody saw to the end whether two are live: out of files"), watch.twoLive());
  }
}
