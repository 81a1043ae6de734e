package lockstep.ft.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/** Simulated time and chance. Everything that happens is an event of this queue. */
final class World {
  static final long MICRO = 1_000;
  static final long MILLI = 1_000_000;

  private record Event(long at, long order, Runnable action) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      return at != other.at ? Long.compare(at, other.at) : Long.compare(order, other.order);
    }
  }

  private final PriorityQueue<Event> queue = new PriorityQueue<>();
  private final List<String> story = new ArrayList<>();
  private final boolean telling;
  final SplittableRandom random;

  /**
   * For what was added when seeds had stories already that are kept: whatever is drawn here, {@link
   * #random} gives the same as before.
   */
  final SplittableRandom later;

  private long now;
  private long order;
  private long events;

  /**
   * @param telling whether to keep what is told, for a person to read
   */
  World(long seed, boolean telling) {
    this.random = new SplittableRandom(seed);
    this.later = new SplittableRandom(~seed);
    this.telling = telling;
  }

  long now() {
    return now;
  }

  long events() {
    return events;
  }

  void after(long nanos, Runnable action) {
    queue.add(new Event(now + nanos, order++, action));
  }

  /** Runs every event up to {@code until}. */
  void runUntil(long until) {
    while (!queue.isEmpty() && queue.peek().at <= until) {
      runNext();
    }
    now = until;
  }

  /** Runs so many events, or all there are. */
  void runEvents(long count) {
    for (long i = 0; i < count && !queue.isEmpty(); i++) {
      runNext();
    }
  }

  private void runNext() {
    Event event = queue.remove();
    now = event.at;
    events++;
    event.action.run();
  }

  long between(long low, long high) {
    return random.nextLong(low, high + 1);
  }

  boolean chance(double probability) {
    return random.nextDouble() < probability;
  }

  boolean telling() {
    return telling;
  }

  void tell(String what) {
    if (telling) {
      story.add(String.format("%9.3f ms  %s", now / 1e6, what));
    }
  }

  List<String> story() {
    return story;
  }
}
