package lockstep.proxy.tcp;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import lockstep.proxy.net.Slice;

/**
 * Segments that arrived before their turn (RFC 9293, 3.10.7.4, seventh). Bounded in number; their
 * bytes by the window, for no byte is held twice, and none of a frame that is mostly something
 * else. What does not fit is dropped, and the peer sends it again.
 */
final class ReassemblyQueue {
  static final int SEGMENTS_MAX = 256;

  private record Held(int sequence, Slice data) {
    int end() {
      return sequence + data.length();
    }
  }

  /** Ordered by sequence; none overlaps another. */
  private final List<Held> held = new ArrayList<>();

  boolean isEmpty() {
    return held.isEmpty();
  }

  /** The memory that is held: arrays as a whole. */
  long arrayBytes() {
    return held.stream().mapToLong(segment -> segment.data.array().length).sum();
  }

  /** Takes in what is not here yet. */
  void add(int sequence, Slice data) {
    int at = held.size();
    while (at > 0 && Sequence.lessThan(sequence, held.get(at - 1).sequence)) {
      at--;
    }
    int start = sequence;
    int end = sequence + data.length();
    if (at > 0 && Sequence.lessThan(start, held.get(at - 1).end())) {
      start = held.get(at - 1).end();
    }
    while (at < held.size() && Sequence.atMost(held.get(at).end(), end)) {
      held.remove(at); // the new one has all of it
    }
    if (at < held.size() && Sequence.lessThan(held.get(at).sequence, end)) {
      end = held.get(at).sequence;
    }
    if (Sequence.lessThan(start, end) && held.size() < SEGMENTS_MAX) {
      held.add(at, new Held(start, data.part(start - sequence, end - start).compact()));
    }
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
