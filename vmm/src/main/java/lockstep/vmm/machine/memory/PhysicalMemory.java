package lockstep.vmm.machine.memory;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import lockstep.ft.machine.Bytes;
import lockstep.ft.machine.PagedMemory;

/**
 * Guest RAM, outside of the Java heap.
 *
 * <p>Every page has a byte of marks. A page may be written directly, past this class, only while
 * its marks are exactly {@link #DIRECT}: dirty for every consumer of dirty pages, and nothing
 * derived from it. Everybody else writes through the store methods here, which first bring the page
 * into that state or tell the observers what is about to change. So a store that hits a hart's TLB
 * costs nothing extra, and hashes and state transfer see every change.
 */
public final class PhysicalMemory implements GuestMemory, PagedMemory {
  public static final long RAM_BASE = 0x8000_0000L;
  public static final int PAGE_SHIFT = 12;
  public static final int PAGE_BYTES = 1 << PAGE_SHIFT;

  /** Changed since the last hash. */
  public static final int DIRTY_FOR_HASH = 1;

  /** Changed since it was last taken for state transfer; always set while nobody transfers. */
  public static final int DIRTY_FOR_TRANSFER = 2;

  /** Code was decoded from the page. */
  public static final int CODE = 4;

  /** Translations were derived from the page. */
  public static final int TABLE = 8;

  /** Somebody wants to see every store to the page. */
  public static final int WATCHED = 16;

  /** The marks of a page that may be written directly. */
  public static final int DIRECT = DIRTY_FOR_HASH | DIRTY_FOR_TRANSFER;

  /** All of the process's memory: an address in it is a host address. */
  public static final MemorySegment HOST = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  public static final ValueLayout.OfShort LE16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  public static final ValueLayout.OfInt LE32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  public static final ValueLayout.OfLong LE64 =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final int END_OF_PAGES = -1;

  private final MemorySegment ram;
  private final long sizeBytes;
  private final byte[] marks;
  private final PageHashes hashes;
  private final PageHistory history;
  private final List<PageObserver> observers = new ArrayList<>();
  private Runnable onWatchedStore = () -> {};
  private final byte[] pageBuffer = new byte[PAGE_BYTES];

  /** RAM of {@code sizeBytes}, a multiple of the page size, all zero. */
  public PhysicalMemory(long sizeBytes) {
    this.sizeBytes = sizeBytes;
    int pages = Math.toIntExact(sizeBytes >>> PAGE_SHIFT);
    ram = HostPages.allocate(sizeBytes);
    marks = new byte[pages];
    Arrays.fill(marks, (byte) DIRTY_FOR_TRANSFER);
    hashes = new PageHashes(ram, pages);
    history = new PageHistory(ram, pages, hashes);
  }

  public void observe(PageObserver observer) {
    observers.add(observer);
  }

  /** Calls {@code onStore} behind every store of a hart to the page of {@code address}. */
  public void watchStores(long address, Runnable onStore) {
    mark(pageOf(address), WATCHED);
    onWatchedStore = onStore;
  }

  public long sizeBytes() {
    return sizeBytes;
  }

  @Override
  public int pageCount() {
    return marks.length;
  }

  @Override
  public int pageBytes() {
    return PAGE_BYTES;
  }

  /** What to add to a guest physical address in RAM to get its address in {@link #HOST}. */
  public long hostOffset() {
    return ram.address() - RAM_BASE;
  }

  /** Index of the page that holds a physical address in RAM. */
  public static int pageOf(long address) {
    return (int) ((address - RAM_BASE) >>> PAGE_SHIFT);
  }

  public static long addressOf(int page) {
    return RAM_BASE + ((long) page << PAGE_SHIFT);
  }

  public boolean isRam(long address) {
    return Long.compareUnsigned(address - RAM_BASE, sizeBytes) < 0;
  }

  @Override
  public boolean contains(long address, long length) {
    long offset = address - RAM_BASE;
    return length >= 0 && offset >= 0 && offset <= sizeBytes && length <= sizeBytes - offset;
  }

  public int marks(int page) {
    return marks[page];
  }

  public void mark(int page, int mark) {
    marks[page] |= (byte) mark;
  }

  public void unmark(int page, int mark) {
    marks[page] &= (byte) ~mark;
  }

  /** Marks a page dirty, so that it may be written directly unless something is derived from it. */
  public void markDirty(int page) {
    if ((marks[page] & DIRTY_FOR_HASH) == 0) {
      hashes.changed(page);
      history.aboutToChange(page);
    }
    marks[page] |= (byte) DIRECT;
  }

  /** What a write within one page has to do first. */
  private void beforeWrite(long address, int length) {
    int page = pageOf(address);
    int mark = marks[page];
    if (mark == DIRECT) {
      return;
    }
    if ((mark & TABLE) != 0) {
      for (PageObserver observer : observers) {
        observer.tableAboutToChange(address, length);
      }
    }
    if ((mark & CODE) != 0) {
      for (PageObserver observer : observers) {
        observer.codeAboutToChange(address, length);
      }
    }
    markDirty(page);
  }

  private void wrote(long address, long length) {
    for (PageObserver observer : observers) {
      observer.deviceWrote(address, length);
    }
  }

  private void check(long address, long length) {
    if (!contains(address, length)) {
      throw new IndexOutOfBoundsException(
          String.format("%d bytes at physical address 0x%x are not RAM", length, address));
    }
  }

  /** Loads {@code 1 << log2Size} bytes, zero-extended, from an aligned address in RAM. */
  public long load(long address, int log2Size) {
    long offset = address - RAM_BASE;
    return switch (log2Size) {
      case 0 -> ram.get(ValueLayout.JAVA_BYTE, offset) & 0xffL;
      case 1 -> ram.get(LE16, offset) & 0xffffL;
      case 2 -> ram.get(LE32, offset) & 0xffff_ffffL;
      default -> ram.get(LE64, offset);
    };
  }

  /** A hart's store of {@code 1 << log2Size} bytes to an aligned address in RAM. */
  public void store(long address, int log2Size, long value) {
    beforeWrite(address, 1 << log2Size);
    long offset = address - RAM_BASE;
    switch (log2Size) {
      case 0 -> ram.set(ValueLayout.JAVA_BYTE, offset, (byte) value);
      case 1 -> ram.set(LE16, offset, (short) value);
      case 2 -> ram.set(LE32, offset, (int) value);
      default -> ram.set(LE64, offset, value);
    }
    if ((marks[pageOf(address)] & WATCHED) != 0) {
      onWatchedStore.run();
    }
  }

  /**
   * Sets accessed and dirty bits in the page table entry at {@code address}. What was derived from
   * the entry stays true.
   */
  public void storeAccessedBits(long address, long entry) {
    int page = pageOf(address);
    if ((marks[page] & CODE) != 0) {
      for (PageObserver observer : observers) {
        observer.codeAboutToChange(address, Long.BYTES);
      }
    }
    markDirty(page);
    ram.set(LE64, address - RAM_BASE, entry);
  }

  @Override
  public void read(long address, byte[] into, int offset, int length) {
    check(address, length);
    MemorySegment.copy(ram, ValueLayout.JAVA_BYTE, address - RAM_BASE, into, offset, length);
  }

  @Override
  public void write(long address, byte[] from, int offset, int length) {
    check(address, length);
    int done = 0;
    while (done < length) {
      long at = address + done;
      int chunk = Math.min(length - done, PAGE_BYTES - (int) (at & (PAGE_BYTES - 1)));
      beforeWrite(at, chunk);
      MemorySegment.copy(from, offset + done, ram, ValueLayout.JAVA_BYTE, at - RAM_BASE, chunk);
      done += chunk;
    }
    wrote(address, length);
  }

  @Override
  public int load16(long address) {
    check(address, 2);
    return ram.get(LE16, address - RAM_BASE) & 0xffff;
  }

  @Override
  public int load32(long address) {
    check(address, 4);
    return ram.get(LE32, address - RAM_BASE);
  }

  @Override
  public long load64(long address) {
    check(address, 8);
    return ram.get(LE64, address - RAM_BASE);
  }

  @Override
  public void store8(long address, int value) {
    deviceStore(address, 0, value);
  }

  @Override
  public void store16(long address, int value) {
    deviceStore(address, 1, value);
  }

  @Override
  public void store32(long address, int value) {
    deviceStore(address, 2, value);
  }

  @Override
  public void store64(long address, long value) {
    deviceStore(address, 3, value);
  }

  private void deviceStore(long address, int log2Size, long value) {
    int length = 1 << log2Size;
    check(address, length);
    if ((address & (length - 1)) == 0) {
      store(address, log2Size, value);
    } else {
      for (int i = 0; i < length; i++) {
        store(address + i, 0, value >>> (8 * i));
      }
    }
    wrote(address, length);
  }

  /** Hash of all contents; costs about as much as was changed since the last. */
  public long hash() {
    hashSome(Integer.MAX_VALUE);
    return hashes.total();
  }

  @Override
  public void hashSome(int pagesMax) {
    if (!hashes.isCurrent()) {
      hashes.update(pagesMax, page -> unmark(page, DIRTY_FOR_HASH));
      forgetDirectStores();
    }
  }

  @Override
  public void forgetHashes() {
    for (int page = 0; page < marks.length; page++) {
      if ((marks[page] & DIRTY_FOR_HASH) == 0 && hashes.wasWritten(page)) {
        hashes.changed(page);
        history.aboutToChange(page);
        mark(page, DIRTY_FOR_HASH);
      }
    }
  }

  /**
   * Hands every page dirty for state transfer to {@code taker} and clears that mark. A first taking
   * gets every page.
   */
  @Override
  public void takeChanged(IntConsumer taker) {
    forgetDirectStores();
    for (int page = 0; page < marks.length; page++) {
      if ((marks[page] & DIRTY_FOR_TRANSFER) != 0) {
        unmark(page, DIRTY_FOR_TRANSFER);
        taker.accept(page);
      }
    }
  }

  /** Nobody transfers any more: every page counts as dirty for transfer again. */
  @Override
  public void endTransfer() {
    for (int page = 0; page < marks.length; page++) {
      mark(page, DIRTY_FOR_TRANSFER);
    }
  }

  @Override
  public Contents readPage(int page) {
    if (hashes.isZero(page)) {
      return new Contents(page, Bytes.EMPTY);
    }
    byte[] contents = new byte[PAGE_BYTES];
    read(addressOf(page), contents, 0, PAGE_BYTES);
    return new Contents(page, Bytes.of(contents));
  }

  @Override
  public void writePage(Contents contents) {
    int page = contents.page();
    int length = contents.contents().length();
    if (page < 0 || page >= marks.length || (length != 0 && length != PAGE_BYTES)) {
      throw new IllegalArgumentException("page " + page + " of " + length + " bytes");
    }
    if (length == 0) {
      zero(page, page + 1);
      return;
    }
    markDirty(page);
    MemorySegment.copy(
        contents.contents().array(),
        0,
        ram,
        ValueLayout.JAVA_BYTE,
        (long) page << PAGE_SHIFT,
        PAGE_BYTES);
  }

  @Override
  public void clear() {
    zero(0, marks.length);
    contentsReplaced();
  }

  /** Whatever was derived from any page is void. */
  public void contentsReplaced() {
    for (PageObserver observer : observers) {
      observer.contentsReplaced();
    }
  }

  private void forgetDirectStores() {
    for (PageObserver observer : observers) {
      observer.forgetDirectStores();
    }
  }

  /** What pages hold, or held. */
  interface Pages {
    boolean isZero(int page);

    void read(int page, byte[] into);
  }

  private final class Present implements Pages {
    @Override
    public boolean isZero(int page) {
      return hashes.isZero(page);
    }

    @Override
    public void read(int page, byte[] into) {
      PhysicalMemory.this.read(addressOf(page), into, 0, PAGE_BYTES);
    }
  }

  /** Writes every page that is not all zero, as index and contents. */
  public void save(DataOutputStream out) throws IOException {
    save(new Present(), out);
  }

  /** As {@link #save}, of remembered contents. */
  public void saveRemembered(int state, DataOutputStream out) throws IOException {
    save(history.view(state), out);
  }

  private void save(Pages pages, DataOutputStream out) throws IOException {
    for (int page = 0; page < marks.length; page++) {
      if (!pages.isZero(page)) {
        out.writeInt(page);
        pages.read(page, pageBuffer);
        out.write(pageBuffer);
      }
    }
    out.writeInt(END_OF_PAGES);
  }

  /** Remembers the present contents; returns their number, which counts up from 1. */
  public int remember() {
    hash(); // so that every page is marked anew before it changes
    return history.remember();
  }

  /** Forgets remembered contents with numbers below {@code first}. */
  public void forgetBefore(int first) {
    history.forgetBefore(first);
  }

  /** Forgets all that was remembered; keeps nothing until {@link #remember}. */
  public void forgetAll() {
    history.forgetAll();
  }

  /** Whether these contents are still remembered. */
  public boolean remembers(int state) {
    return history.remembers(state);
  }

  /** What was kept since contents were last remembered. */
  public long keptBytes() {
    return history.keptBytes();
  }

  /**
   * Replaces all contents.
   *
   * @throws IOException if a page index is out of order or beyond RAM, or the stream is cut short
   */
  public void restore(DataInputStream in) throws IOException {
    int next = 0;
    for (int page = in.readInt(); page != END_OF_PAGES; page = in.readInt()) {
      if (page < next || page >= marks.length) {
        throw new IOException("saved memory has page " + page + " after " + (next - 1));
      }
      zero(next, page);
      in.readFully(pageBuffer);
      markDirty(page);
      MemorySegment.copy(
          pageBuffer, 0, ram, ValueLayout.JAVA_BYTE, (long) page << PAGE_SHIFT, PAGE_BYTES);
      next = page + 1;
    }
    zero(next, marks.length);
    contentsReplaced();
  }

  private void zero(int fromPage, int toPage) {
    for (int page = fromPage; page < toPage; page++) {
      if (!hashes.isZero(page)) {
        markDirty(page);
        ram.asSlice((long) page << PAGE_SHIFT, PAGE_BYTES).fill((byte) 0);
      }
    }
  }
}
