package lockstep.vmm.replica;

import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import lockstep.ft.core.Effects;
import lockstep.ft.core.Replica;
import lockstep.ft.core.ReplicaEvent;
import lockstep.ft.core.ReplicaStatus;
import lockstep.ft.machine.DeterministicMachine;

/**
 * The guest's thread: owns replica and machine. It hears what is in the inbox, then runs the guest
 * for a short slice if it may run, otherwise sleeps until the next input or deadline.
 */
final class GuestThread {
  private static final long STATUS_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  /** A turn that took so long means that the whole process stood still (SIGSTOP, a host asleep). */
  private static final long STOOD_STILL_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

  /** How long the I/O threads are given, after a standstill, to tell what arrived meanwhile. */
  private static final long CATCH_UP_MILLIS = 30;

  private final Replica replica;
  private final DeterministicMachine machine;
  private final Inbox inbox;
  private final Effects effects;
  private final ReplicaMetrics metrics;
  private final SlicePacer pacer = new SlicePacer();
  private volatile ReplicaStatus status;
  private long statusAtNanos;
  private long turnAtNanos;

  /** Of the turn under way; 0 without a slice. */
  private long sliceNanos;

  private long sliceSteps;

  GuestThread(
      Replica replica,
      DeterministicMachine machine,
      Inbox inbox,
      Effects effects,
      ReplicaMetrics metrics) {
    this.replica = replica;
    this.machine = machine;
    this.inbox = inbox;
    this.effects = effects;
    this.metrics = metrics;
    this.turnAtNanos = System.nanoTime();
    this.status = replica.status(turnAtNanos);
  }

  /** The replica as it lately was; for any thread. */
  ReplicaStatus status() {
    return status;
  }

  /** Runs until the replica halts. */
  void run() {
    Lateness lateness = Lateness.ofThisThread("guest", System.nanoTime());
    Supplier<String> lastSlice = this::lastSlice;
    while (!replica.halted()) {
      turn();
      lateness.look(System.nanoTime(), lastSlice);
    }
    status = replica.status(System.nanoTime());
  }

  private String lastSlice() {
    return " slice-millis=%d slice-steps=%d"
        .formatted(TimeUnit.NANOSECONDS.toMillis(sliceNanos), sliceSteps);
  }

  private void turn() {
    sliceNanos = 0;
    sliceSteps = 0;
    letStandstillPass();
    inbox.drain(this::take);
    long now = System.nanoTime();
    if (replica.halted()) {
      return;
    }
    if (replica.wantsToRun(now)) {
      runSlice(now);
    } else {
      long deadline = replica.nextDeadlineNanos();
      inbox.await(Math.min(deadline, now + STATUS_NANOS));
      long then = System.nanoTime();
      if (then >= deadline) {
        replica.onEvent(new ReplicaEvent.Tick(), then, effects);
      }
    }
    if (now - statusAtNanos >= STATUS_NANOS) {
      statusAtNanos = now;
      status = replica.status(now);
    }
  }

  private void take(Inbox.Item item) {
    switch (item) {
      case Inbox.Item.Event(ReplicaEvent event) -> handle(event);
      case Inbox.Item.Work(Runnable work) -> work.run();
    }
  }

  /** Lets the replica handle an event now; for work that runs on this thread. */
  void handle(ReplicaEvent event) {
    replica.onEvent(event, System.nanoTime(), effects);
  }

  private void runSlice(long nowNanos) {
    long before = machine.position();
    replica.onEvent(new ReplicaEvent.RunSlice(pacer.steps()), nowNanos, effects);
    sliceSteps = machine.position() - before;
    sliceNanos = System.nanoTime() - nowNanos;
    pacer.ran(sliceSteps, sliceNanos);
    metrics.ran(sliceSteps, sliceNanos);
  }

  /** Nothing is concluded from the clock before what has arrived meanwhile could be heard. */
  private void letStandstillPass() {
    long now = System.nanoTime();
    if (now - turnAtNanos > STOOD_STILL_NANOS) {
      try {
        Thread.sleep(CATCH_UP_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      now = System.nanoTime();
    }
    turnAtNanos = now;
  }
}
