package lockstep.vmm.machine.hart;

/**
 * Direct ways to RAM for loads and stores of one privilege in one address space. An entry holds,
 * for each of the two, a virtual page's address as its tag, and what to add to a virtual address to
 * get a host address. A tag is compared with {@code address & (~0xfff | size - 1)}, so that a
 * misaligned access misses.
 *
 * <p>All entries are in one array, so that code which has many accesses needs to keep hold of
 * little, and an entry is in one line of the host's cache. The word of an entry is found from
 * {@link #loadTagAt} by {@code ^ 1} (what to add for loads), {@code ^ 2} (tag for stores) and
 * {@code ^ 3} (what to add for stores).
 */
final class DataTlb {
  static final int ENTRIES = 4096;

  /** A tag that no address compares equal to. */
  static final long NONE = -1;

  /** Words of an entry; a power of two. */
  private static final int WORDS = 4;

  /** From an address to its entry's first word; lower bits are to be replaced. */
  static final int SHIFT = 10;

  static final int STORE_ADDEND = 0;
  static final int STORE_TAG = 1;
  static final int LOAD_ADDEND = 2;
  static final int LOAD_TAG = 3;

  /** From an address to its entry's distance in bytes, with {@link #BYTES_MASK}. */
  static final int SHIFT_TO_BYTES = 7;

  static final long BYTES_MASK = (ENTRIES - 1L) * WORDS * Long.BYTES;

  /** Its length is a power of two. */
  final long[] words = new long[ENTRIES * WORDS];

  /** Whether there may be anything to clear. */
  private boolean hasLoads = true;

  private boolean hasStores = true;

  DataTlb() {
    clear();
  }

  /** Index of the entry of an address, here and in {@link FetchTlb}. */
  static int index(long address) {
    return (int) (address >>> 12) & (ENTRIES - 1);
  }

  /** Index of the tag for loads, to be masked by the array's length less one. */
  static int loadTagAt(long address) {
    return (int) (address >>> SHIFT) | LOAD_TAG;
  }

  /**
   * The same for stores. It has another form, or the JVM would compute it once for all of the
   * interpreter's cases, before it knows which.
   */
  static int storeTagAt(long address) {
    return (int) (address >>> 12) << 2 | STORE_TAG;
  }

  private static int word(long address, int word) {
    return index(address) * WORDS + word;
  }

  /** Whether a load of an aligned address hits. */
  boolean hitsLoad(long address) {
    return words[word(address, LOAD_TAG)] == (address & -0x1000L);
  }

  boolean hitsStore(long address) {
    return words[word(address, STORE_TAG)] == (address & -0x1000L);
  }

  /** Host address for a load that hits. */
  long hostOfLoad(long address) {
    return address + words[word(address, LOAD_ADDEND)];
  }

  long hostOfStore(long address) {
    return address + words[word(address, STORE_ADDEND)];
  }

  void putLoad(long virtualPage, long addend) {
    words[word(virtualPage, LOAD_TAG)] = virtualPage;
    words[word(virtualPage, LOAD_ADDEND)] = addend;
    hasLoads = true;
  }

  void putStore(long virtualPage, long addend) {
    words[word(virtualPage, STORE_TAG)] = virtualPage;
    words[word(virtualPage, STORE_ADDEND)] = addend;
    hasStores = true;
  }

  private void clearTags(int word) {
    for (int i = word; i < words.length; i += WORDS) {
      words[i] = NONE;
    }
  }

  void clear() {
    if (hasLoads) {
      clearTags(LOAD_TAG);
      hasLoads = false;
    }
    clearStores();
  }

  void clearStores() {
    if (hasStores) {
      clearTags(STORE_TAG);
      hasStores = false;
    }
  }

  void drop(long virtualPage) {
    if (hitsLoad(virtualPage)) {
      words[word(virtualPage, LOAD_TAG)] = NONE;
    }
    dropStore(virtualPage);
  }

  void dropStore(long virtualPage) {
    if (hitsStore(virtualPage)) {
      words[word(virtualPage, STORE_TAG)] = NONE;
    }
  }
}
