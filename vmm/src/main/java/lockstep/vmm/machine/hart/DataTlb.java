package lockstep.vmm.machine.hart;

import java.util.Arrays;

/**
 * Direct ways to RAM for loads and stores of one privilege in one address space. An entry holds a
 * virtual page's address as its tag, and what to add to a virtual address to get a host address. A
 * tag is compared with {@code address & (~0xfff | size - 1)}, so that a misaligned access misses.
 */
final class DataTlb {
  static final int ENTRIES = 4096;

  /** A tag that no address compares equal to. */
  static final long NONE = -1;

  final long[] loadTags = new long[ENTRIES];
  final long[] loadAddends = new long[ENTRIES];
  final long[] storeTags = new long[ENTRIES];
  final long[] storeAddends = new long[ENTRIES];

  /** Whether there may be anything to clear. */
  private boolean hasLoads = true;

  private boolean hasStores = true;

  DataTlb() {
    clear();
  }

  static int index(long address) {
    return (int) (address >>> 12) & (ENTRIES - 1);
  }

  void putLoad(long virtualPage, long addend) {
    int index = index(virtualPage);
    loadTags[index] = virtualPage;
    loadAddends[index] = addend;
    hasLoads = true;
  }

  void putStore(long virtualPage, long addend) {
    int index = index(virtualPage);
    storeTags[index] = virtualPage;
    storeAddends[index] = addend;
    hasStores = true;
  }

  void clear() {
    if (hasLoads) {
      Arrays.fill(loadTags, NONE);
      hasLoads = false;
    }
    clearStores();
  }

  void clearStores() {
    if (hasStores) {
      Arrays.fill(storeTags, NONE);
      hasStores = false;
    }
  }

  void drop(long virtualPage) {
    int index = index(virtualPage);
    if (loadTags[index] == virtualPage) {
      loadTags[index] = NONE;
    }
    dropStore(virtualPage);
  }

  void dropStore(long virtualPage) {
    int index = index(virtualPage);
    if (storeTags[index] == virtualPage) {
      storeTags[index] = NONE;
    }
  }
}
