package lockstep.benchmarks.protection;

import java.io.IOException;
import java.time.Duration;
import lockstep.benchmarks.cluster.GuestShell;
import lockstep.benchmarks.cluster.GuestShell.Transferred;
import lockstep.benchmarks.cluster.Latencies;
import lockstep.benchmarks.cluster.RedisLoad;
import lockstep.benchmarks.cluster.RedisLoad.Command;
import lockstep.tools.redis.RedisConnection;
import lockstep.tools.redis.RedisErrorException;

/** What the guest is made to do. */
enum Workload {
  REDIS_SET("Redis SET, 10 clients", "k/s", Published.SWINGBENCH) {
    @Override
    Outcome run(Target target, Duration duration) throws IOException {
      return redis(target, Command.SET, 10, 1, duration);
    }
  },
  REDIS_GET("Redis GET, 10 clients", "k/s", Published.DVD_STORE) {
    @Override
    Outcome run(Target target, Duration duration) throws IOException {
      return redis(target, Command.GET, 10, 1, duration);
    }
  },
  REDIS_PIPELINED("Redis SET, 10 clients, 16 at once", "k/s", Published.SWINGBENCH) {
    @Override
    Outcome run(Target target, Duration duration) throws IOException {
      return redis(target, Command.SET, 10, 16, duration);
    }
  },
  REDIS_ONE("Redis SET, 1 client", "k/s", Published.SWINGBENCH) {
    @Override
    Outcome run(Target target, Duration duration) throws IOException {
      return redis(target, Command.SET, 1, 1, duration);
    }
  },
  RECEIVE("TCP into the guest", "Mbit/s", Published.RECEIVE) {
    @Override
    Outcome run(Target target, Duration duration) throws IOException {
      return megabits(target.shell().sendInto(duration));
    }
  },
  TRANSMIT("TCP out of the guest", "Mbit/s", Published.TRANSMIT) {
    @Override
    Outcome run(Target target, Duration duration) throws IOException {
      return megabits(target.shell().receiveFrom(duration));
    }
  },
  COMPUTE("Lua loop in Redis", "M/s", Published.SPECJBB) {
    @Override
    Outcome run(Target target, Duration duration) throws IOException {
      return compute(target, duration);
    }
  },
  PROCESSES("many processes and files", "files/s", Published.KERNEL_COMPILE) {
    @Override
    Outcome run(Target target, Duration duration) throws IOException {
      return processes(target, duration);
    }
  };

  /**
   * Where it runs.
   *
   * @param redisPort of this host
   */
  record Target(int redisPort, GuestShell shell) {}

  /**
   * What came of a run.
   *
   * @param rate in the workload's unit
   * @param latencies of requests; none where nothing is asked and answered
   */
  record Outcome(double rate, Latencies latencies) {}

  private static final double KILO = 1e3;
  private static final double MEGA = 1e6;
  private static final double BITS = 8;
  private static final double NANOS_PER_SECOND = 1e9;
  private static final Duration SCRIPT_TIMEOUT = Duration.ofMinutes(2);

  /** Short enough that Redis is never taken for stuck. */
  private static final int LOOPS = 200_000;

  private static final String LOOP =
      "local s = 0; for i = 1, tonumber(ARGV[1]) do s = (s * 31 + i) % 1000003 end; return s";

  /** Like a small build: sources are written, translated by a process each, joined, removed. */
  private static final int FILES = 10;

  private static final String BUILD =
      """
      d=/var/lib/lockstep/build.$$; mkdir -p $d; cd $d || exit 1
      i=0
      while [ $i -lt %d ]; do
        echo "int f$i(int x) { return x + $i; }" > f$i.c
        sed 's/int/long/g' f$i.c > f$i.i
        md5sum f$i.i > f$i.o
        cat f$i.o >> all
        i=$((i+1))
      done
      sort all | wc -l
      cd /; rm -r $d
      """
          .formatted(FILES);

  private final String title;
  private final String unit;
  private final Published published;

  Workload(String title, String unit, Published published) {
    this.title = title;
    this.unit = unit;
    this.published = published;
  }

  String title() {
    return title;
  }

  String unit() {
    return unit;
  }

  /** The published workload that comes nearest. */
  Published published() {
    return published;
  }

  /** Runs for about {@code duration}; at least one piece of work. */
  abstract Outcome run(Target target, Duration duration) throws IOException;

  private static Outcome redis(
      Target target, Command command, int clients, int depth, Duration duration)
      throws IOException {
    RedisLoad.Result result =
        new RedisLoad(target.redisPort(), command, depth).run(clients, duration);
    return new Outcome(result.perSecond() / KILO, result.latencies());
  }

  private static Outcome megabits(Transferred transferred) {
    double seconds = transferred.nanos() / NANOS_PER_SECOND;
    return new Outcome(transferred.bytes() * BITS / MEGA / seconds, new Latencies());
  }

  private static Outcome compute(Target target, Duration duration) throws IOException {
    try (RedisConnection redis =
        new RedisConnection("127.0.0.1", target.redisPort(), SCRIPT_TIMEOUT)) {
      return timed(
          duration, LOOPS / MEGA, () -> redis.command("EVAL", LOOP, "0", Integer.toString(LOOPS)));
    } catch (RedisErrorException e) {
      throw new IOException("Redis answers: " + e.getMessage(), e);
    }
  }

  private static Outcome processes(Target target, Duration duration) throws IOException {
    try {
      return timed(duration, FILES, () -> target.shell().run(BUILD));
    } catch (RedisErrorException e) {
      throw new IllegalStateException("no Redis in it", e);
    }
  }

  private interface Piece {
    String run() throws IOException, RedisErrorException;
  }

  private static Outcome timed(Duration duration, double unitsInPiece, Piece piece)
      throws IOException, RedisErrorException {
    long began = System.nanoTime();
    int pieces = 0;
    do {
      String said = piece.run();
      if (said.isBlank()) {
        throw new IOException("the guest's job has printed nothing");
      }
      pieces++;
    } while (System.nanoTime() - began < duration.toNanos());
    double seconds = (System.nanoTime() - began) / NANOS_PER_SECOND;
    return new Outcome(pieces * unitsInPiece / seconds, new Latencies());
  }
}
