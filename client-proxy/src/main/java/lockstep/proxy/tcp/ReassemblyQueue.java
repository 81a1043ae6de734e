package lockstep.proxy.tcp;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import lockstep.proxy.net.Slice;

/**
 * Segments that arrived before their turn (RFC 9293, 3.10.7.4, seventh). Bounded in number; the
 * window bounds their bytes. What does not fit is dropped, and the peer sends it again.
 */
final class ReassemblyQueue {
  static final int SEGMENTS_MAX = 256;

  private record Held(int sequence, Slice data) {
    int end() {
      return sequence + data.length();
    }
  }

  /** Ordered by sequence; may overlap. */
  private final List<Held> held = new ArrayList<>();

  boolean isEmpty() {
    return held.isEmpty();
  }

  void add(int sequence, Slice data) {
    if (held.size() >= SEGMENTS_MAX) {
      return;
    }
    int at = held.size();
    while (at > 0 && Sequence.lessThan(sequence, held.get(at - 1).sequence)) {
      at--;
    }
    held.add(at, new Held(sequence, data));
  }

  /** Takes out the next bytes that continue at {@code next}, if they are here. */
  Optional<Slice> take(int next) {
    while (!held.isEmpty() && Sequence.atMost(held.getFirst().sequence, next)) {
      Held first = held.removeFirst();
      if (Sequence.lessThan(next, first.end())) {
        return Optional.of(first.data.from(next - first.sequence));
      }
    }
    return Optional.empty();
  }

  void clear() {
    held.clear();
  }
}
