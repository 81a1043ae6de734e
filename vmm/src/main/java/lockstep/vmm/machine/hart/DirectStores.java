package lockstep.vmm.machine.hart;

import lockstep.vmm.machine.memory.PhysicalMemory;

/**
 * By which store TLB entries each page of RAM can be written directly, so that they can be taken
 * away. Precise while there is one per page; else the page counts as having many. Entries that have
 * gone meanwhile do no harm.
 */
final class DirectStores {
  static final int NONE = 0;
  static final int MANY = 255;

  private final long[] virtualPages;
  private final byte[] places;
  private final int[] generations;
  private int generation = 1;

  DirectStores(PhysicalMemory memory) {
    virtualPages = new long[memory.pageCount()];
    places = new byte[memory.pageCount()];
    generations = new int[memory.pageCount()];
  }

  /** The one place that writes {@code page}, {@link #NONE} or {@link #MANY}. */
  int placeOf(int page) {
    return generations[page] == generation ? places[page] & 0xff : NONE;
  }

  /** The virtual page of that one place. */
  long virtualPageOf(int page) {
    return virtualPages[page];
  }

  void add(int page, int place, long virtualPage) {
    int before = placeOf(page);
    generations[page] = generation;
    if (before == NONE) {
      places[page] = (byte) place;
      virtualPages[page] = virtualPage;
    } else if (before != place || virtualPages[page] != virtualPage) {
      places[page] = (byte) MANY;
    }
  }

  void remove(int page) {
    generations[page] = 0;
  }

  /** All store TLBs have been cleared. */
  void removeAll() {
    generation++;
  }
}
