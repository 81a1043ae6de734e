package lockstep.vmm.machine.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;

/**
 * What pages held in remembered states: before a page changes for the first time since the last
 * state was remembered, its contents are copied here. So a remembered state costs as many copies as
 * pages have changed since, made where their marks are changed anyway; a store that hits a hart's
 * TLB costs nothing.
 *
 * <p>A state's pages are the present ones, with what was kept since, the oldest copy first.
 */
final class PageHistory {
  /** More than this is not kept: everything is forgotten instead. */
  static final long KEPT_BYTES_MAX = 64 << 20;

  private static final int PAGE_BYTES = PhysicalMemory.PAGE_BYTES;
  private static final int CHUNK_PAGES = 256;
  private static final int SLOTS_MAX = (int) (KEPT_BYTES_MAX / PAGE_BYTES);

  /** Of a page that was all zero: nothing is copied. */
  private static final int ZERO = -1;

  /** Of a page that has not changed since. */
  private static final int PRESENT = -2;

  /** The pages that have changed after a state was remembered and before the next was. */
  private static final class Changes {
    private static final int INITIAL_PAGES = 256;

    final int state;
    int count;
    int[] pages = new int[INITIAL_PAGES];
    int[] slots = new int[INITIAL_PAGES];

    Changes(int state) {
      this.state = state;
    }

    void add(int page, int slot) {
      if (count == pages.length) {
        pages = Arrays.copyOf(pages, 2 * count);
        slots = Arrays.copyOf(slots, 2 * count);
      }
      pages[count] = page;
      slots[count++] = slot;
    }
  }

  private final MemorySegment ram;
  private final PageHashes hashes;

  /** The last state for which a page was kept. */
  private final int[] keptFor;

  private final ArrayDeque<Changes> remembered = new ArrayDeque<>();
  private final List<MemorySegment> chunks = new ArrayList<>();
  private int[] freeSlots = new int[0];
  private int freeCount;

  /** Of the last remembered state; 0 while none is. */
  private int current;

  private int states;

  PageHistory(MemorySegment ram, int pages, PageHashes hashes) {
    this.ram = ram;
    this.hashes = hashes;
    this.keptFor = new int[pages];
  }

  /** Remembers the present contents; returns their number, at least 1. */
  int remember() {
    current = ++states;
    remembered.addLast(new Changes(current));
    return current;
  }

  void forgetBefore(int first) {
    while (!remembered.isEmpty() && remembered.getFirst().state < first) {
      Changes changes = remembered.removeFirst();
      for (int i = 0; i < changes.count; i++) {
        if (changes.slots[i] != ZERO) {
          freeSlots[freeCount++] = changes.slots[i];
        }
      }
    }
    if (remembered.isEmpty()) {
      forgetAll();
    }
  }

  void forgetAll() {
    remembered.clear();
    chunks.clear();
    freeSlots = new int[0];
    freeCount = 0;
    current = 0;
  }

  boolean remembers(int state) {
    return remembered.stream().anyMatch(changes -> changes.state == state);
  }

  /** Bytes of the pages kept since the last state was remembered. */
  long keptBytes() {
    return current == 0 ? 0 : (long) remembered.getLast().count * PAGE_BYTES;
  }

  /** A page is about to change. */
  void aboutToChange(int page) {
    if (current != 0 && keptFor[page] != current) {
      keep(page);
    }
  }

  private void keep(int page) {
    keptFor[page] = current;
    int slot = ZERO;
    if (!hashes.isZero(page)) {
      if (freeCount == 0 && !addChunk()) {
        forgetAll();
        return;
      }
      slot = freeSlots[--freeCount];
      MemorySegment.copy(ram, offsetOf(page), chunkOf(slot), offsetIn(slot), PAGE_BYTES);
    }
    remembered.getLast().add(page, slot);
  }

  private boolean addChunk() {
    int first = chunks.size() * CHUNK_PAGES;
    if (first + CHUNK_PAGES > SLOTS_MAX) {
      return false;
    }
    chunks.add(Arena.ofAuto().allocate((long) CHUNK_PAGES * PAGE_BYTES, PAGE_BYTES));
    freeSlots = Arrays.copyOf(freeSlots, first + CHUNK_PAGES);
    for (int slot = first; slot < first + CHUNK_PAGES; slot++) {
      freeSlots[freeCount++] = slot;
    }
    return true;
  }

  private MemorySegment chunkOf(int slot) {
    return chunks.get(slot / CHUNK_PAGES);
  }

  private static long offsetIn(int slot) {
    return (long) (slot % CHUNK_PAGES) * PAGE_BYTES;
  }

  private static long offsetOf(int page) {
    return (long) page * PAGE_BYTES;
  }

  /** Where each page of a remembered state is found. */
  View view(int state) {
    if (!remembers(state)) {
      throw new IllegalArgumentException("state " + state + " is not remembered");
    }
    int[] slots = new int[keptFor.length];
    Arrays.fill(slots, PRESENT);
    Iterator<Changes> newestFirst = remembered.descendingIterator();
    while (newestFirst.hasNext()) {
      Changes changes = newestFirst.next();
      if (changes.state < state) {
        break;
      }
      for (int i = 0; i < changes.count; i++) {
        slots[changes.pages[i]] = changes.slots[i];
      }
    }
    return new View(slots);
  }

  /** The pages of a remembered state, until anything changes. */
  final class View implements PhysicalMemory.Pages {
    private final int[] slots;

    private View(int[] slots) {
      this.slots = slots;
    }

    @Override
    public boolean isZero(int page) {
      return slots[page] == ZERO || (slots[page] == PRESENT && hashes.isZero(page));
    }

    @Override
    public void read(int page, byte[] into) {
      int slot = slots[page];
      MemorySegment from = slot == PRESENT ? ram : chunkOf(slot);
      long offset = slot == PRESENT ? offsetOf(page) : offsetIn(slot);
      MemorySegment.copy(from, offset, MemorySegment.ofArray(into), 0, PAGE_BYTES);
    }
  }
}
