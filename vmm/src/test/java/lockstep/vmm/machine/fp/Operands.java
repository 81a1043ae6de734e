package lockstep.vmm.machine.fp;

import java.util.SplittableRandom;

/**
 * Operands that look for trouble: a mixture of special values, neighbours of powers of two, few-bit
 * fractions, and random bits; and pairs that lie close to each other.
 */
final class Operands {
  private final SplittableRandom random;
  private final Oracle format;
  private final long[] special;

  Operands(Oracle format, long seed) {
    this.format = format;
    this.random = new SplittableRandom(seed);
    this.special = special(format);
  }

  static long[] special(Oracle format) {
    int fractionBits = format.precision() - 1;
    long one = (long) format.exponentMax() << fractionBits;
    long infinity = (2L * format.exponentMax() + 1) << fractionBits;
    long leastNormal = 1L << fractionBits;
    long[] positive = {
      0,
      1,
      2,
      leastNormal - 1,
      leastNormal,
      leastNormal + 1,
      one - 1,
      one,
      one + 1,
      one + leastNormal,
      infinity - 2,
      infinity - 1,
      infinity,
      infinity + 1,
      infinity + (1L << (fractionBits - 1)),
      infinity + (1L << (fractionBits - 1)) + 1,
      (format.exponentMax() + 30L) << fractionBits,
      (format.exponentMax() + 31L) << fractionBits,
      (format.exponentMax() + 32L) << fractionBits,
      (format.exponentMax() + 62L) << fractionBits,
      (format.exponentMax() + 63L) << fractionBits,
      (format.exponentMax() + 64L) << fractionBits,
      (format.exponentMax() - 1L) << fractionBits,
      one + leastNormal / 2
    };
    long[] both = new long[2 * positive.length];
    for (int i = 0; i < positive.length; i++) {
      both[2 * i] = positive[i];
      both[2 * i + 1] = positive[i] | 1L << (format.width() - 1);
    }
    return both;
  }

  long next() {
    return switch (random.nextInt(8)) {
      case 0 -> special[random.nextInt(special.length)];
      case 1 -> mask(special[random.nextInt(special.length)] + random.nextInt(-3, 4));
      case 2, 3 -> nearOne(sparse());
      case 4 -> nearOne(random.nextLong());
      case 5 -> mask(sparse());
      case 6 -> small();
      default -> mask(random.nextLong());
    };
  }

  /** An operand not far from {@code other}: sums cancel, quotients are near one. */
  long near(long other) {
    return switch (random.nextInt(6)) {
      case 0 -> mask(other + random.nextInt(-4, 5));
      case 1 -> mask(other ^ 1L << (format.width() - 1));
      case 2 -> mask((other ^ 1L << (format.width() - 1)) + random.nextInt(-4, 5));
      case 3 -> mask(other ^ 1L << random.nextInt(format.width()));
      case 4 -> mask(other + ((long) random.nextInt(-60, 61) << (format.precision() - 1)));
      default -> next();
    };
  }

  int nextInt(int bound) {
    return random.nextInt(bound);
  }

  /** An integer of any length, often of few bits. */
  long integer() {
    long value = random.nextBoolean() ? random.nextLong() : sparse();
    value >>= random.nextInt(64);
    return random.nextInt(4) == 0 ? value + random.nextInt(-2, 3) : value;
  }

  /** A long run of ones or zeros, or a few bits. */
  private long sparse() {
    long value = 1L << random.nextInt(64);
    if (random.nextBoolean()) {
      value -= 1L << random.nextInt(64);
    }
    if (random.nextBoolean()) {
      value ^= 1L << random.nextInt(64);
    }
    return random.nextBoolean() ? value : -value;
  }

  /** Exponents within some 70 of one's: products and integers stay in range. */
  private long nearOne(long fraction) {
    int field = format.exponentMax() + random.nextInt(-70, 71);
    long kept = fraction & ((1L << (format.precision() - 1)) - 1);
    long sign = random.nextBoolean() ? 1L << (format.width() - 1) : 0;
    return sign | (long) field << (format.precision() - 1) | kept;
  }

  /** A subnormal, or a normal number not far above. */
  private long small() {
    long magnitude = random.nextLong() & ((16L << (format.precision() - 1)) - 1);
    long sign = random.nextBoolean() ? 1L << (format.width() - 1) : 0;
    return sign | magnitude >>> random.nextInt(format.precision());
  }

  private long mask(long bits) {
    return format.width() == 32 ? bits & 0xffff_ffffL : bits;
  }
}
