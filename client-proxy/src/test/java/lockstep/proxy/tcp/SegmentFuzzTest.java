package lockstep.proxy.tcp;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import lockstep.proxy.net.Slice;
import lockstep.proxy.net.TcpOptions;
import lockstep.proxy.net.TcpSegment;
import org.junit.jupiter.api.Test;

/** Any segment in any state: nothing is thrown, nothing grows beyond its bound. */
final class SegmentFuzzTest {

  @Test
  void noSegmentHarmsAConnection() {
    for (int seed = 0; seed < 3_000; seed++) {
      run(new Random(seed), seed);
    }
  }

  private static void run(Random random, int seed) {
    BufferBudget budget = new BufferBudget(1 << 20);
    TcpLimits limits = Script.limits();
    TcpConnection connection =
        random.nextBoolean()
            ? TcpConnection.listening(limits, budget, 80, 9, 1000)
            : TcpConnection.closed(limits, budget, 80, 9, 1000);
    long nowNanos = 0;
    List<TcpEffect> effects = new ArrayList<>();
    if (connection.state() == TcpState.CLOSED) {
      connection.onEvent(new TcpEvent.Open(), nowNanos, effects);
    }
    int peer = 5000;
    for (int step = 0; step < 80 && !connection.gone(); step++) {
      effects.clear();
      connection.onEvent(event(random, connection, peer), nowNanos, effects);
      nowNanos += random.nextInt(500) * Script.MILLI;
      assertTrue(effects.size() < 100, "seed " + seed);
      for (TcpEffect effect : effects) {
        if (effect instanceof TcpEffect.Transmit transmit
            && transmit.segment().has(TcpSegment.ACK)) {
          peer = transmit.segment().acknowledgment();
        }
      }
      assertTrue(connection.unconsumed() <= limits.receiveWindowBytes(), "seed " + seed);
      assertTrue(connection.sendBuffered() <= limits.sendBufferBytes(), "seed " + seed);
    }
  }

  private static TcpEvent event(Random random, TcpConnection connection, int peer) {
    return switch (random.nextInt(12)) {
      case 0 -> new TcpEvent.Tick();
      case 1 -> new TcpEvent.Consumed(connection.unconsumed());
      case 2 -> random.nextInt(5) == 0 ? new TcpEvent.Close() : new TcpEvent.Tick();
      case 3 -> random.nextBoolean() ? new TcpEvent.PathLost() : new TcpEvent.PathMoved();
      case 4 -> new TcpEvent.Consumed(0);
      default ->
          new TcpEvent.SegmentArrived(
              new TcpSegment(
                  9,
                  80,
                  near(random, peer),
                  near(random, 1001),
                  flags(random),
                  random.nextInt(5) == 0 ? random.nextInt(65536) : random.nextInt(1000),
                  random.nextBoolean()
                      ? TcpOptions.NONE
                      : TcpOptions.of(random.nextInt(65536), OptionalInt.of(random.nextInt(15))),
                  Slice.of(new byte[random.nextInt(4) * random.nextInt(400)])));
    };
  }

  private static int flags(Random random) {
    int flags = TcpSegment.ACK;
    if (random.nextInt(6) == 0) {
      flags |= TcpSegment.SYN;
    }
    if (random.nextInt(12) == 0) {
      flags |= TcpSegment.FIN;
    }
    if (random.nextInt(30) == 0) {
      flags |= TcpSegment.RST;
    }
    return random.nextInt(20) == 0 ? flags & ~TcpSegment.ACK : flags;
  }

  private static int near(Random random, int sequence) {
    return switch (random.nextInt(4)) {
      case 0 -> sequence + random.nextInt(3000) - 1500;
      case 1 -> random.nextInt();
      default -> sequence;
    };
  }
}
