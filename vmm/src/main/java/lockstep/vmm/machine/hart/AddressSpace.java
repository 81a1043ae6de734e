package lockstep.vmm.machine.hart;

/** Everything derived from the page tables under one value of satp. */
final class AddressSpace {
  private static final int DATA_VIEWS = 3;
  private static final int USER = 0;
  private static final int SUPERVISOR = 1;
  private static final int SUPERVISOR_WITH_USER = 2;

  long satp;

  /** Its bit in sets of spaces. */
  final int bit;

  /** When it was last switched to, to find the one to give up. */
  long lastUsed;

  private final DataTlb[] data = new DataTlb[DATA_VIEWS];
  private final FetchTlb[] fetch = new FetchTlb[2];

  AddressSpace(long satp, int bit, CodeEpoch epoch) {
    this.satp = satp;
    this.bit = bit;
    for (int view = 0; view < DATA_VIEWS; view++) {
      data[view] = new DataTlb();
    }
    fetch[USER] = new FetchTlb(epoch);
    fetch[SUPERVISOR] = new FetchTlb(epoch);
  }

  /** Which of the views loads and stores take: SUM opens user pages to the supervisor. */
  static int viewOf(int privilege, long mstatus) {
    if (privilege == Privilege.USER) {
      return USER;
    }
    return (mstatus & Status.SUM) != 0 ? SUPERVISOR_WITH_USER : SUPERVISOR;
  }

  DataTlb data(int view) {
    return data[view];
  }

  FetchTlb fetch(int privilege) {
    return fetch[privilege == Privilege.USER ? USER : SUPERVISOR];
  }

  void clear() {
    for (DataTlb tlb : data) {
      tlb.clear();
    }
    clearFetches();
  }

  void clearFetches() {
    fetch[USER].clear();
    fetch[SUPERVISOR].clear();
  }

  void clearStores() {
    for (DataTlb tlb : data) {
      tlb.clearStores();
    }
  }

  void drop(long virtualPage) {
    for (DataTlb tlb : data) {
      tlb.drop(virtualPage);
    }
    fetch[USER].drop(virtualPage);
    fetch[SUPERVISOR].drop(virtualPage);
  }
}
