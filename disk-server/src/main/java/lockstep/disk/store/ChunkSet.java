package lockstep.disk.store;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/** A set of numbers from 0 up, of which many stand together; takes memory where they are. */
final class ChunkSet {
  private static final int SEGMENT_BITS = 18;
  private static final int SEGMENT_MASK = (1 << SEGMENT_BITS) - 1;

  private final Map<Long, BitSet> segments = new HashMap<>();

  boolean contains(long chunk) {
    BitSet segment = segments.get(chunk >> SEGMENT_BITS);
    return segment != null && segment.get((int) chunk & SEGMENT_MASK);
  }

  /** Adds all from {@code first} up to {@code end}, which is left out. */
  void add(long first, long end) {
    for (long at = first; at < end; ) {
      long segmentEnd = Math.min((at >> SEGMENT_BITS) + 1 << SEGMENT_BITS, end);
      segments
          .computeIfAbsent(at >> SEGMENT_BITS, _ -> new BitSet())
          .set((int) at & SEGMENT_MASK, (int) (at & SEGMENT_MASK) + (int) (segmentEnd - at));
      at = segmentEnd;
    }
  }

  /** Where the run ends that begins at {@code first}, in the set or out of it. */
  long runEnd(long first, long end) {
    boolean contained = contains(first);
    long at = first + 1;
    while (at < end && contains(at) == contained) {
      at++;
    }
    return at;
  }

  void clear() {
    segments.clear();
  }
}
