package lockstep.disk.store;

import java.util.ArrayList;
import java.util.List;
import lockstep.disk.store.DiskReader.Extent;

/** Collects extents in order; neighbours of the same kind become one. */
final class ExtentList {
  private final int countMax;
  private final List<Extent> extents = new ArrayList<>();
  private boolean full;

  ExtentList(int countMax) {
    this.countMax = countMax;
  }

  /** One more that differs would be too many; it is left out. */
  boolean isFull() {
    return full;
  }

  /**
   * @param hole whether it takes no space, and so reads as zeroes
   */
  void add(long length, boolean hole) {
    if (!extents.isEmpty() && extents.getLast().hole() == hole) {
      Extent last = extents.removeLast();
      extents.add(new Extent(last.length() + length, hole, hole));
    } else if (extents.size() < countMax) {
      extents.add(new Extent(length, hole, hole));
    } else {
      full = true;
    }
  }

  List<Extent> extents() {
    return extents;
  }
}
