package lockstep.vmm.machine.hart;

import java.util.Arrays;

/** Ways to decoded code for one privilege in one address space. */
final class FetchTlb {
  private static final long[] NOTHING = new long[0];

  final long[] tags = new long[DataTlb.ENTRIES];

  /** The slots of the physical page that the tag's virtual page is mapped to. */
  final long[][] code = new long[DataTlb.ENTRIES][];

  /** Index of that physical page. */
  final int[] pages = new int[DataTlb.ENTRIES];

  private final CodeEpoch epoch;
  private boolean hasEntries = true;

  FetchTlb(CodeEpoch epoch) {
    this.epoch = epoch;
    clear();
  }

  void clear() {
    if (hasEntries) {
      Arrays.fill(tags, DataTlb.NONE);
      Arrays.fill(code, NOTHING);
      hasEntries = false;
      epoch.value++;
    }
  }

  void put(long virtualPage, long[] slots, int physicalPage) {
    int index = DataTlb.index(virtualPage);
    if (tags[index] != DataTlb.NONE) {
      epoch.value++;
    }
    tags[index] = virtualPage;
    code[index] = slots;
    pages[index] = physicalPage;
    hasEntries = true;
  }

  void drop(long virtualPage) {
    int index = DataTlb.index(virtualPage);
    if (tags[index] == virtualPage) {
      tags[index] = DataTlb.NONE;
      code[index] = NOTHING;
      epoch.value++;
    }
  }
}
