package lockstep.benchmarks.machine;

import java.util.Locale;

/**
 * A bare kernel: a loop of one kind of work, some 30 to 290 million instructions. It runs in M-mode
 * from the base of RAM, checks what it has computed, and leaves by HTIF.
 */
enum Kernel {
  SIEVE,
  SORT,
  MATMUL,
  SHA256,
  CRC32,
  BYTECODE,
  FIB,
  CHASE,
  NBODY,
  MANDELBROT;

  /** Name of its source without the extension, and of what is built from it. */
  String fileName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
