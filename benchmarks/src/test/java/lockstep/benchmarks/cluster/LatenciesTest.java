package lockstep.benchmarks.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

final class LatenciesTest {
  @Test
  void noneHaveNoPercentile() {
    assertEquals(0, new Latencies().percentileNanos(99));
  }

  @Test
  void aPercentileIsOneThatWasMeasured() {
    Latencies latencies = upTo(100);
    assertEquals(50, latencies.percentileNanos(50));
    assertEquals(99, latencies.percentileNanos(99));
    assertEquals(100, latencies.percentileNanos(100));
    assertEquals(1, latencies.percentileNanos(0));
  }

  @Test
  void holdsMoreThanItHadRoomForAtFirst() {
    Latencies latencies = upTo(2000);
    latencies.addAll(upTo(2000));
    assertEquals(4000, latencies.count());
    assertEquals(1000, latencies.percentileNanos(50));
  }

  private static Latencies upTo(int highest) {
    Latencies latencies = new Latencies();
    for (int i = highest; i > 0; i--) {
      latencies.add(i);
    }
    return latencies;
  }
}
