package lockstep.benchmarks.guest;

import java.io.IOException;
import java.time.Duration;
import lockstep.benchmarks.cluster.GuestShell;
import lockstep.benchmarks.cluster.RedisLoad;
import lockstep.benchmarks.cluster.RedisLoad.Command;

/** What clients do to a guest from outside, as fast as it can follow. */
enum Load {
  SET("Redis SET, 10 clients") {
    @Override
    double rate(GuestUnderTest guest, Duration duration) throws IOException {
      return redis(guest, Command.SET, 1, duration);
    }
  },
  GET("Redis GET, 10 clients") {
    @Override
    double rate(GuestUnderTest guest, Duration duration) throws IOException {
      return redis(guest, Command.GET, 1, duration);
    }
  },
  SET_PIPELINED("Redis SET, 10 clients, -P 16") {
    @Override
    double rate(GuestUnderTest guest, Duration duration) throws IOException {
      return redis(guest, Command.SET, PIPELINED, duration);
    }
  },
  GET_PIPELINED("Redis GET, 10 clients, -P 16") {
    @Override
    double rate(GuestUnderTest guest, Duration duration) throws IOException {
      return redis(guest, Command.GET, PIPELINED, duration);
    }
  },
  RECEIVE("TCP into the guest", "Mbit/s", new Bar.AtLeast(500), new Bar.Unset()) {
    @Override
    double rate(GuestUnderTest guest, Duration duration) throws IOException {
      return megabits(guest.shell().sendInto(duration));
    }
  },
  TRANSMIT("TCP out of the guest", "Mbit/s", new Bar.AtLeast(500), new Bar.Unset()) {
    @Override
    double rate(GuestUnderTest guest, Duration duration) throws IOException {
      return megabits(guest.shell().receiveFrom(duration));
    }
  };

  private static final int CLIENTS = 10;
  private static final int PIPELINED = 16;
  private static final double BITS_PER_BYTE = 8;
  private static final double MEGABITS_PER_BIT_A_NANO = 1e3;

  final String title;
  final String unit;

  /** What the guest has to reach without a backup. */
  final Bar barAlone;

  /** The same while a backup on the same host follows. */
  final Bar barProtected;

  Load(String title) {
    this(title, "/s", new Bar.TimesPeer(2.0), new Bar.TimesPeer(1.3));
  }

  Load(String title, String unit, Bar barAlone, Bar barProtected) {
    this.title = title;
    this.unit = unit;
    this.barAlone = barAlone;
    this.barProtected = barProtected;
  }

  /** Loads a guest for so long; returns what it has done a second. */
  abstract double rate(GuestUnderTest guest, Duration duration) throws IOException;

  private static double redis(GuestUnderTest guest, Command command, int depth, Duration duration)
      throws IOException {
    return new RedisLoad(guest.redisPort(), command, depth).run(CLIENTS, duration).perSecond();
  }

  private static double megabits(GuestShell.Transferred transferred) {
    return transferred.bytes() * BITS_PER_BYTE * MEGABITS_PER_BIT_A_NANO / transferred.nanos();
  }
}
