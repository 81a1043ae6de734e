package lockstep.vmm.machine.memory;

import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.function.IntConsumer;

/**
 * The hash of memory as a sum over pages, so that only changed pages are hashed anew and the value
 * does not depend on when it was asked for. A page of zeroes adds nothing.
 */
final class PageHashes {
  private static final long PRIME_1 = 0x9E3779B185EBCA87L;
  private static final long PRIME_2 = 0xC2B2AE3D27D4EB4FL;
  private static final long PRIME_3 = 0x165667B19E3779F9L;
  private static final int PAGE_BYTES = PhysicalMemory.PAGE_BYTES;

  private final MemorySegment ram;
  private final long[] hashOfPage;
  private final int[] changed;

  /** Pages that were ever written; all others are zero, and need not be looked at. */
  private final BitSet written;

  private int changedCount;
  private long total;

  PageHashes(MemorySegment ram, int pages) {
    this.ram = ram;
    hashOfPage = new long[pages];
    changed = new int[pages];
    written = new BitSet(pages);
  }

  /** A page is about to change for the first time since the last {@link #update}. */
  void changed(int page) {
    changed[changedCount++] = page;
    written.set(page);
  }

  boolean wasWritten(int page) {
    return written.get(page);
  }

  boolean isCurrent() {
    return changedCount == 0;
  }

  /** Hashes changed pages anew, at most so many, and hands each to {@code cleaned}. */
  void update(int pagesMax, IntConsumer cleaned) {
    for (int left = pagesMax; left > 0 && changedCount > 0; left--) {
      int page = changed[--changedCount];
      long hash = hashOf(page);
      total += hash - hashOfPage[page];
      hashOfPage[page] = hash;
      cleaned.accept(page);
    }
  }

  long total() {
    return total;
  }

  boolean isZero(int page) {
    if (!written.get(page)) {
      return true;
    }
    long base = (long) page * PAGE_BYTES;
    for (long at = base; at < base + PAGE_BYTES; at += Long.BYTES) {
      if (ram.get(PhysicalMemory.LE64, at) != 0) {
        return false;
      }
    }
    return true;
  }

  private long hashOf(int page) {
    long base = (long) page * PAGE_BYTES;
    long any = 0;
    long a = PRIME_1;
    long b = PRIME_2;
    long c = PRIME_3;
    long d = page;
    for (long at = base; at < base + PAGE_BYTES; at += 4 * Long.BYTES) {
      long v0 = ram.get(PhysicalMemory.LE64, at);
      long v1 = ram.get(PhysicalMemory.LE64, at + 8);
      long v2 = ram.get(PhysicalMemory.LE64, at + 16);
      long v3 = ram.get(PhysicalMemory.LE64, at + 24);
      any |= v0 | v1 | v2 | v3;
      a = round(a, v0);
      b = round(b, v1);
      c = round(c, v2);
      d = round(d, v3);
    }
    if (any == 0) {
      return 0;
    }
    long hash = round(round(round(round(page, a), b), c), d);
    hash = (hash ^ (hash >>> 33)) * PRIME_2;
    return hash ^ (hash >>> 29);
  }

  private static long round(long state, long value) {
    return Long.rotateLeft(state + value * PRIME_2, 31) * PRIME_1;
  }
}
