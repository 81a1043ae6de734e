package lockstep.vmm.machine.hart;

import lockstep.vmm.machine.hart.PageWalker.Access;
import lockstep.vmm.machine.memory.PageObserver;
import lockstep.vmm.machine.memory.PhysicalMemory;
import org.jspecify.annotations.Nullable;

/**
 * The hart's translations. They are only a cache: a hit equals a fresh walk at any time, because
 * every store to a page that a translation was derived from, by whomever, drops it. So SFENCE.VMA
 * has nothing to do, and the translations of several address spaces are kept across writes of satp.
 */
final class Mmu implements PageObserver {
  private static final int SPACES_MAX = 8;

  /** A place of {@link DirectStores} is {@code 1 + view + PLACES_A_SPACE * space}. */
  private static final int PLACES_A_SPACE = 3;

  private final HartState state;
  private final PhysicalMemory memory;
  private final CodePages codePages;
  private final Pmp pmp;
  private final PageWalker walker;
  private final TableUses tables;
  private final DirectStores directStores;

  /** M-mode's space is at index 0. */
  private final @Nullable AddressSpace[] spaces = new AddressSpace[SPACES_MAX];

  /** Not that of any satp: M-mode may what others may not (PMP). */
  private final AddressSpace machine;

  private long switches;
  private AddressSpace paged;
  private AddressSpace dataSpace;
  private int dataView;
  private DataTlb data;
  private FetchTlb fetch;

  Mmu(HartState state, PhysicalMemory memory, CodePages codePages) {
    this.state = state;
    this.memory = memory;
    this.codePages = codePages;
    pmp = new Pmp(state);
    walker = new PageWalker(state, memory, pmp);
    tables = new TableUses(memory);
    directStores = new DirectStores(memory);
    machine = new AddressSpace(-1, 1, codePages.epoch());
    spaces[0] = machine;
    paged = spaceOf(0);
    dataSpace = machine;
    data = machine.data(0);
    fetch = machine.fetch(0);
    memory.observe(this);
  }

  Pmp pmp() {
    return pmp;
  }

  PageWalker walker() {
    return walker;
  }

  DataTlb data() {
    return data;
  }

  FetchTlb fetch() {
    return fetch;
  }

  /** Privilege that loads and stores have: MPRV lends M-mode that of MPP (3.1.6.3). */
  int dataPrivilege() {
    return (state.mstatus & Status.MPRV) != 0
        ? (int) ((state.mstatus & Status.MPP) >>> Status.MPP_SHIFT)
        : state.privilege;
  }

  /** Privilege, mstatus or satp may have changed: chooses the views that now apply. */
  void select() {
    if (paged.satp != state.satp) {
      paged = spaceOf(state.satp);
    }
    int privilege = dataPrivilege();
    dataSpace = privilege == Privilege.MACHINE ? machine : paged;
    dataView = AddressSpace.viewOf(privilege, state.mstatus);
    data = dataSpace.data(dataView);
    AddressSpace fetchSpace = state.privilege == Privilege.MACHINE ? machine : paged;
    fetch = fetchSpace.fetch(state.privilege);
  }

  private AddressSpace spaceOf(long satp) {
    int victim = -1;
    for (int i = 0; i < SPACES_MAX; i++) {
      AddressSpace space = spaces[i];
      if (space != null && space.satp == satp) {
        space.lastUsed = ++switches;
        return space;
      }
      if (i > 0 && (victim < 0 || lastUsed(i) < lastUsed(victim))) {
        victim = i;
      }
    }
    AddressSpace given = spaces[victim];
    AddressSpace space;
    if (given == null) {
      space = new AddressSpace(satp, 1 << victim, codePages.epoch());
      spaces[victim] = space;
    } else {
      clearSpaces(given.bit);
      given.satp = satp;
      space = given;
    }
    space.lastUsed = ++switches;
    return space;
  }

  private long lastUsed(int index) {
    AddressSpace space = spaces[index];
    return space == null ? -1 : space.lastUsed;
  }

  private void clearSpaces(int bits) {
    for (AddressSpace space : spaces) {
      if (space != null && (space.bit & bits) != 0) {
        space.clear();
      }
    }
    tables.releaseSpaces(bits);
  }

  /**
   * MXR changes what loads may read, PMP what anybody may, so nothing derived under another value
   * may stay.
   */
  void clearAll() {
    clearSpaces(-1);
    directStores.removeAll();
  }

  /** Whether a load of the page at {@code address} hits from now on; else it must go slowly. */
  boolean fillLoad(long address) {
    long physical = walker.translate(address, Access.LOAD, dataPrivilege());
    if (physical == PageWalker.FAULT || !memory.isRam(physical)) {
      return false;
    }
    deriveFrom(address, dataSpace);
    data.putLoad(address & -0x1000L, physical - address + memory.hostOffset());
    return true;
  }

  /** The same for stores: never while something is derived from the page. */
  boolean fillStore(long address) {
    long physical = walker.translate(address, Access.STORE, dataPrivilege());
    if (physical == PageWalker.FAULT || !memory.isRam(physical)) {
      return false;
    }
    deriveFrom(address, dataSpace);
    int page = PhysicalMemory.pageOf(physical);
    memory.markDirty(page);
    if (memory.marks(page) != PhysicalMemory.DIRECT) {
      return false;
    }
    long virtualPage = address & -0x1000L;
    data.putStore(virtualPage, physical - address + memory.hostOffset());
    int space = Integer.numberOfTrailingZeros(dataSpace.bit);
    directStores.add(page, 1 + dataView + PLACES_A_SPACE * space, virtualPage);
    return true;
  }

  /** Puts the page at {@code address} into the fetch TLB; false if the fetch faults. */
  boolean fillFetch(long address) {
    long physical = walker.translate(address, Access.FETCH, state.privilege);
    if (physical == PageWalker.FAULT) {
      return false;
    }
    if (!memory.isRam(physical)) {
      walker.cause = Cause.FETCH_ACCESS;
      return false;
    }
    AddressSpace space = state.privilege == Privilege.MACHINE ? machine : paged;
    deriveFrom(address, space);
    int page = PhysicalMemory.pageOf(physical);
    if (codePages.isFull(page)) {
      codePages.clear();
      for (AddressSpace any : spaces) {
        if (any != null) {
          any.clearFetches();
        }
      }
    }
    fetch.put(address & -0x1000L, codePages.slots(page), page);
    return true;
  }

  /** Records that a translation of {@code address} was derived from the walker's last trail. */
  private void deriveFrom(long address, AddressSpace space) {
    for (int level = 0; level < PageWalker.LEVELS; level++) {
      long at = walker.trail[level];
      if (at != 0) {
        int page = PhysicalMemory.pageOf(at);
        if (tables.add(page, level, address, space.bit)) {
          takeDirectStores(page);
        }
      }
    }
  }

  /** From now on stores to {@code page} miss. */
  void takeDirectStores(int page) {
    int place = directStores.placeOf(page);
    if (place == DirectStores.NONE) {
      return;
    }
    if (place == DirectStores.MANY) {
      forgetDirectStores();
      return;
    }
    AddressSpace space = spaces[(place - 1) / PLACES_A_SPACE];
    if (space != null) {
      space.data((place - 1) % PLACES_A_SPACE).dropStore(directStores.virtualPageOf(page));
    }
    directStores.remove(page);
  }

  @Override
  public void forgetDirectStores() {
    for (AddressSpace space : spaces) {
      if (space != null) {
        space.clearStores();
      }
    }
    directStores.removeAll();
  }

  @Override
  public void tableAboutToChange(long address, int length) {
    int page = PhysicalMemory.pageOf(address);
    long use = tables.of(page);
    if (use == TableUses.UNUSED) {
      return;
    }
    boolean release = tables.countStore(page);
    if (release && !TableUses.isWide(use)) {
      dropEntries(use, PhysicalMemory.addressOf(page), PhysicalMemory.PAGE_BYTES);
      tables.release(page);
    } else if (release || (TableUses.isWide(use) && anyValid(address, length))) {
      clearSpaces(TableUses.spaces(use));
    } else if (!TableUses.isWide(use)) {
      dropEntries(use, address, length);
    }
  }

  /** Nothing is ever derived from an entry that is not valid. */
  private boolean anyValid(long address, int length) {
    for (long at = address & -8L; at < address + length; at += 8) {
      if (PageWalker.isValid(memory.load(at, 3))) {
        return true;
      }
    }
    return false;
  }

  private void dropEntries(long use, long address, int length) {
    for (long at = address & -8L; at < address + length; at += 8) {
      if (PageWalker.isValid(memory.load(at, 3))) {
        drop(TableUses.virtualPage(use, at), TableUses.spaces(use));
      }
    }
  }

  private void drop(long virtualPage, int bits) {
    for (AddressSpace space : spaces) {
      if (space != null && (space.bit & bits) != 0) {
        space.drop(virtualPage);
      }
    }
  }

  @Override
  public void codeAboutToChange(long address, int length) {
    codePages.aboutToChange(address, length);
  }

  @Override
  public void deviceWrote(long address, long length) {
    long distance = state.reservation - address;
    if (distance >= -8 && distance < length) {
      state.reservation = HartState.NO_RESERVATION;
    }
  }

  @Override
  public void contentsReplaced() {
    clearAll();
    codePages.clear();
    select();
  }
}
