package lockstep.vmm.machine.hart;

import lockstep.vmm.machine.memory.PhysicalMemory;

/**
 * Which pages of RAM translations were derived from, so that they can be dropped when such a page
 * is stored to.
 *
 * <p>A page that served as a lowest-level table at one virtual base only is known precisely: an
 * entry of it maps one page. Any other is <em>wide</em>: whatever was derived in its spaces goes.
 */
final class TableUses {
  static final long UNUSED = 0;

  private static final long SPACES = 0xff;
  private static final long USED = 1 << 8;
  private static final long WIDE = 1 << 9;
  private static final int STORES_SHIFT = 10;
  private static final long STORES_ONE = 1 << STORES_SHIFT;
  private static final long STORES = 0x7ffL << STORES_SHIFT;
  private static final long BASE = -1L << 21;

  /** After so many stores to a table, it is taken for something else by now. */
  private static final int STORES_MAX = 48;

  private static final int STORES_TO_WIDE_MAX = 512;

  private final PhysicalMemory memory;
  private final long[] uses;
  private final int[] used;
  private int usedCount;

  TableUses(PhysicalMemory memory) {
    this.memory = memory;
    uses = new long[memory.pageCount()];
    used = new int[memory.pageCount()];
  }

  long of(int page) {
    return uses[page];
  }

  static boolean isWide(long use) {
    return (use & WIDE) != 0;
  }

  static int spaces(long use) {
    return (int) (use & SPACES);
  }

  /** The virtual page that the entry at {@code entryAddress} of a precisely known table maps. */
  static long virtualPage(long use, long entryAddress) {
    return (use & BASE) + ((entryAddress & 0xff8) << 9);
  }

  /** Records a use; true if it is the page's first, so that stores to it have to be slowed. */
  boolean add(int page, int level, long virtualAddress, int spaceBit) {
    long use = uses[page];
    boolean first = use == UNUSED;
    if (first) {
      used[usedCount++] = page;
      memory.mark(page, PhysicalMemory.TABLE);
      use = USED | (virtualAddress & BASE);
    }
    if (level != 0 || (use & BASE) != (virtualAddress & BASE)) {
      use |= WIDE;
    }
    uses[page] = use | spaceBit;
    return first;
  }

  /** Counts a store; true if there have been so many that the page should be released. */
  boolean countStore(int page) {
    uses[page] += STORES_ONE;
    long stores = (uses[page] & STORES) >>> STORES_SHIFT;
    return stores >= (isWide(uses[page]) ? STORES_TO_WIDE_MAX : STORES_MAX);
  }

  /** Forgets a page whose derived translations have been dropped. */
  void release(int page) {
    for (int i = 0; i < usedCount; i++) {
      if (used[i] == page) {
        used[i] = used[--usedCount];
        break;
      }
    }
    forget(page);
  }

  /** Forgets uses by spaces that have been cleared. */
  void releaseSpaces(int spaces) {
    int kept = 0;
    for (int i = 0; i < usedCount; i++) {
      int page = used[i];
      uses[page] &= ~(long) spaces;
      if (spaces(uses[page]) == 0) {
        forget(page);
      } else {
        used[kept++] = page;
      }
    }
    usedCount = kept;
  }

  private void forget(int page) {
    uses[page] = UNUSED;
    memory.unmark(page, PhysicalMemory.TABLE);
  }
}
