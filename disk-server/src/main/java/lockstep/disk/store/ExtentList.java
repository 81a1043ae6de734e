package lockstep.disk.store;

import java.util.ArrayList;
import java.util.List;
import lockstep.disk.store.DiskReader.Extent;

/** Collects extents in order; neighbours of the same kind become one. */
public final class ExtentList {
  private final int countMax;
  private final List<Extent> extents = new ArrayList<>();
  private boolean full;

  public ExtentList(int countMax) {
    this.countMax = countMax;
  }

  /** One that differs would have been too many; it was left out, and so is what follows. */
  public boolean isFull() {
    return full;
  }

  /**
   * @param hole whether it takes no space, and so reads as zeroes
   */
  public void add(long length, boolean hole) {
    if (full) {
      return;
    }
    if (!extents.isEmpty() && extents.getLast().hole() == hole) {
      Extent last = extents.removeLast();
      extents.add(new Extent(last.length() + length, hole, hole));
    } else if (extents.size() < countMax) {
      extents.add(new Extent(length, hole, hole));
    } else {
      full = true;
    }
  }

  public List<Extent> extents() {
    return extents;
  }
}
