package lockstep.vmm.replica;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import lockstep.ft.core.ReplicaEvent;
import org.jspecify.annotations.Nullable;

/**
 * What I/O threads tell the guest's thread: events for the replica, and work on the state that the
 * guest's thread owns. Any number of threads put, one takes. Its length is bounded by what feeds
 * it: a peer's unacknowledged entries, open disk requests, the proxy's window.
 */
final class Inbox {

  /** Something to do on the guest's thread. */
  sealed interface Item {
    record Event(ReplicaEvent event) implements Item {}

    record Work(Runnable work) implements Item {}
  }

  private final ConcurrentLinkedQueue<Item> items = new ConcurrentLinkedQueue<>();
  private final AtomicReference<@Nullable Thread> waiting = new AtomicReference<>();

  void put(ReplicaEvent event) {
    add(new Item.Event(event));
  }

  void put(Runnable work) {
    add(new Item.Work(work));
  }

  private void add(Item item) {
    items.add(item);
    Thread waiter = waiting.get();
    if (waiter != null) {
      LockSupport.unpark(waiter);
    }
  }

  /** Takes everything that is there now. */
  void drain(Consumer<? super Item> taker) {
    // Only what is there at the start, so that a flood can't keep the guest from running.
    Item last = null;
    for (Item item : items) {
      last = item;
    }
    if (last == null) {
      return;
    }
    Item next;
    do {
      next = items.poll();
      if (next != null) {
        taker.accept(next);
      }
    } while (next != null && next != last);
  }

  /** Waits until something is there or the deadline has come. */
  void await(long deadlineNanos) {
    waiting.set(Thread.currentThread());
    try {
      while (items.isEmpty()) {
        long nanos = deadlineNanos - System.nanoTime();
        if (nanos <= 0) {
          return;
        }
        LockSupport.parkNanos(this, nanos);
      }
    } finally {
      waiting.set(null);
    }
  }
}
