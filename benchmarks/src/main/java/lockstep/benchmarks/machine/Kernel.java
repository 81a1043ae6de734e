package lockstep.benchmarks.machine;

import java.util.Locale;

/**
 * A bare kernel: a loop of one kind of work, some 30 to 290 million instructions. It runs in M-mode
 * from the base of RAM, checks what it has computed, and leaves by HTIF.
 */
enum Kernel {
  SIEVE(Kernel.BAR),
  SORT(Kernel.BAR),
  MATMUL(Kernel.BAR),
  SHA256(Kernel.BAR),
  CRC32(Kernel.BAR),
  BYTECODE(Kernel.BAR),
  FIB(Kernel.BAR),
  CHASE(Kernel.BAR),
  NBODY(Kernel.BAR_OF_DOUBLES),
  MANDELBROT(Kernel.BAR_OF_DOUBLES);

  private static final double BAR = 0.9;
  private static final double BAR_OF_DOUBLES = 5;

  /** How many times as fast as QEMU it has to be. */
  final double bar;

  Kernel(double bar) {
    this.bar = bar;
  }

  /** Name of its source without the extension, and of what is built from it. */
  String fileName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
