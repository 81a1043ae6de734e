package lockstep.proxy.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import lockstep.proxy.net.Slice;
import lockstep.proxy.net.TcpSegment;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Two connections over a wire that loses, delays, repeats and reorders, from a seed. */
final class LossyWireTest {
  private static final long MILLI = 1_000_000;
  private static final long END = 3_600_000 * MILLI;

  @Test
  void bothStreamsArriveWholeAndBothSidesClose() {
    for (int seed = 0; seed < 400; seed++) {
      new Run(seed).check();
    }
  }

  @Test
  @Tag("slow")
  void bothStreamsArriveWholeAndBothSidesCloseForManySeeds() {
    for (int seed = 1_000; seed < 6_000; seed++) {
      new Run(seed).check();
    }
  }

  @Test
  void oneSeedRunTwiceDoesTheSame() {
    Run first = new Run(7);
    first.check();
    Run second = new Run(7);
    second.check();
    assertEquals(first.log.toString(), second.log.toString());
  }

  private record Arrival(long atNanos, long order, int to, TcpSegment segment) {}

  private static final class Run {
    final long seed;
    final Random random;
    final PriorityQueue<Arrival> wire =
        new PriorityQueue<>(
            (a, b) ->
                a.atNanos != b.atNanos
                    ? Long.compare(a.atNanos, b.atNanos)
                    : Long.compare(a.order, b.order));
    final BufferBudget budget = new BufferBudget(1 << 22);
    final Peer[] peers = new Peer[2];
    final StringBuilder log = new StringBuilder();
    final int lossPercent;
    final int repeatPercent;
    final long delayNanosMax;
    long nowNanos;
    long order;
    boolean down;
    long changesAtNanos;

    Run(long seed) {
      this.seed = seed;
      this.random = new Random(seed);
      this.lossPercent = random.nextInt(4) * 8;
      this.repeatPercent = random.nextInt(3) * 10;
      this.delayNanosMax = 1 + random.nextInt(80) * MILLI;
      int iss = random.nextInt();
      int otherIss = random.nextInt();
      boolean simultaneous = random.nextInt(8) == 0;
      peers[0] = new Peer(0, TcpConnection.closed(limits(), budget, 1, 2, iss));
      peers[1] =
          new Peer(
              1,
              simultaneous
                  ? TcpConnection.closed(limits(), budget, 2, 1, otherIss)
                  : TcpConnection.listening(limits(), budget, 2, 1, otherIss));
      peers[0].event(new TcpEvent.Open());
      if (simultaneous) {
        peers[1].event(new TcpEvent.Open());
      }
      changesAtNanos = nextChange();
    }

    private TcpLimits limits() {
      int mss = 50 + random.nextInt(1410);
      int large = random.nextBoolean() ? mss : 64_000;
      return new TcpLimits(
          mss,
          Math.max(mss, large),
          2_000 + random.nextInt(200_000),
          2_000 + random.nextInt(200_000),
          2_000,
          10 * MILLI,
          1000 * MILLI,
          200 * MILLI,
          4000 * MILLI,
          600_000 * MILLI,
          10_000 * MILLI);
    }

    /** Now and then everything in flight is lost, and a while later the path moves. */
    private long nextChange() {
      return nowNanos + (100 + random.nextInt(20_000)) * MILLI;
    }

    void check() {
      while (!(peers[0].over() && peers[1].over())) {
        long next = Math.min(changesAtNanos, Math.min(peers[0].due(), peers[1].due()));
        if (!wire.isEmpty()) {
          next = Math.min(next, wire.peek().atNanos);
        }
        nowNanos = Math.max(nowNanos, next);
        assertTrue(nowNanos < END, "seed " + seed + " hangs: " + peers[0] + " / " + peers[1]);
        step();
      }
      assertEquals(0, budget.bytesReserved(), "seed " + seed);
    }

    private void step() {
      if (changesAtNanos <= nowNanos) {
        down = !down;
        wire.clear();
        for (Peer peer : peers) {
          if (!peer.connection.gone()) {
            peer.event(down ? new TcpEvent.PathLost() : new TcpEvent.PathMoved());
          }
        }
        changesAtNanos = nextChange();
        return;
      }
      if (!wire.isEmpty() && wire.peek().atNanos <= nowNanos) {
        Arrival arrival = wire.remove();
        peers[arrival.to].event(new TcpEvent.SegmentArrived(arrival.segment));
        return;
      }
      for (Peer peer : peers) {
        peer.tick();
      }
    }

    private void transmit(int from, TcpSegment segment) {
      if (down) {
        return;
      }
      log.append(nowNanos).append(' ').append(from).append(' ').append(segment).append('\n');
      int copies = random.nextInt(100) < repeatPercent ? 2 : 1;
      for (int i = 0; i < copies; i++) {
        if (random.nextInt(100) >= lossPercent) {
          long delay = (long) (random.nextDouble() * delayNanosMax);
          wire.add(new Arrival(nowNanos + delay, order++, 1 - from, segment));
        }
      }
    }

    /** An endpoint and its user, who sends so many bytes and reads when he likes. */
    private final class Peer {
      final int index;
      final TcpConnection connection;
      final int total = random.nextInt(3) == 0 ? 0 : random.nextInt(300_000);
      final boolean slowReader = random.nextInt(4) == 0;
      int sent;
      int received;
      int unread;
      boolean closed;
      boolean finished;
      boolean established;
      long readsAtNanos = Long.MAX_VALUE;

      Peer(int index, TcpConnection connection) {
        this.index = index;
        this.connection = connection;
      }

      boolean over() {
        return finished && connection.gone() && unread == 0;
      }

      long due() {
        return Math.min(connection.deadlineNanos(), readsAtNanos);
      }

      void tick() {
        if (readsAtNanos <= nowNanos) {
          readsAtNanos = Long.MAX_VALUE;
          int bytes = unread;
          unread = 0;
          event(new TcpEvent.Consumed(bytes));
        }
        if (connection.deadlineNanos() <= nowNanos) {
          event(new TcpEvent.Tick());
        }
      }

      void event(TcpEvent event) {
        List<TcpEffect> effects = new ArrayList<>();
        connection.onEvent(event, nowNanos, effects);
        effects.forEach(this::carryOut);
        if (established && !connection.gone() && !closed) {
          write();
        }
      }

      private void write() {
        int bytes = Math.min(connection.sendSpace(), total - sent);
        if (bytes > 0) {
          byte[] data = new byte[1 + random.nextInt(bytes)];
          for (int i = 0; i < data.length; i++) {
            data[i] = content(index, sent++);
          }
          event(new TcpEvent.Send(Slice.of(data)));
        } else if (sent == total && !closed) {
          closed = true;
          event(new TcpEvent.Close());
        }
      }

      private void carryOut(TcpEffect effect) {
        switch (effect) {
          case TcpEffect.Transmit transmit -> transmit(index, transmit.segment());
          case TcpEffect.Established _ -> established = true;
          case TcpEffect.Deliver deliver -> read(deliver.data());
          case TcpEffect.PeerClosed _ ->
              assertEquals(peers[1 - index].total, received, "seed " + seed);
          case TcpEffect.Finished _ -> finished = true;
          case TcpEffect.Broken broken ->
              throw new AssertionError("seed " + seed + " broken " + broken.cause());
        }
      }

      private void read(Slice data) {
        for (int i = 0; i < data.length(); i++) {
          assertEquals(content(1 - index, received++), (byte) data.u8(i), "seed " + seed);
        }
        unread += data.length();
        if (readsAtNanos == Long.MAX_VALUE) {
          readsAtNanos = nowNanos + (slowReader ? random.nextInt(3000) : 1) * MILLI;
        }
      }

      @Override
      public String toString() {
        return connection.state() + " sent=" + sent + "/" + total + " received=" + received;
      }
    }

    private static byte content(int from, int at) {
      return (byte) (at * 31 + (at >> 8) + from * 77);
    }
  }
}
