package lockstep.vmm.replica;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import lockstep.ft.core.ReplicaEvent;

/** What a test waits for, however long that takes. */
final class Awaited {
  private Awaited() {}

  /** Takes out what is in an inbox, until this event has been among it. */
  static void await(Inbox inbox, ReplicaEvent event) {
    AtomicBoolean came = new AtomicBoolean();
    while (!came.get()) {
      inbox.await(System.nanoTime() + TimeUnit.SECONDS.toNanos(1));
      inbox.drain(
          item -> {
            if (item.equals(new Inbox.Item.Event(event))) {
              came.set(true);
            }
          });
    }
  }
}
