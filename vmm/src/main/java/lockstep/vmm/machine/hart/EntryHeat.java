package lockstep.vmm.machine.hart;

import java.util.Arrays;

/** How often places were met at which a unit could be entered: a small table that forgets. */
final class EntryHeat {
  private static final int PLACES = 1 << 13;

  /** When so much has been added, all heat halves, so that what is seldom met never gets hot. */
  private static final int HEAT_TO_HALF = 1 << 24;

  private final int[] keys = new int[PLACES];
  private final int[] heats = new int[PLACES];
  private int added;

  private static int index(int key) {
    return (key * 0x9e37_79b1) >>> 19;
  }

  /** Adds to the heat of a place, and returns it. */
  int add(int key, int heat) {
    added += heat;
    if (added >= HEAT_TO_HALF) {
      cool();
    }
    int index = index(key);
    if (keys[index] == key) {
      heats[index] += heat;
    } else if (heats[index] > heat) {
      heats[index] -= heat;
      return 0;
    } else {
      keys[index] = key;
      heats[index] = heat;
    }
    return heats[index];
  }

  /** The hottest place of all. */
  int hottest() {
    int hottest = 0;
    for (int i = 1; i < PLACES; i++) {
      if (heats[i] > heats[hottest]) {
        hottest = i;
      }
    }
    return keys[hottest];
  }

  private void cool() {
    added = 0;
    for (int i = 0; i < PLACES; i++) {
      heats[i] >>= 1;
    }
  }

  void forget(int key) {
    int index = index(key);
    if (keys[index] == key) {
      heats[index] = 0;
    }
  }

  void clear() {
    Arrays.fill(heats, 0);
  }
}
