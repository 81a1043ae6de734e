package lockstep.tools.chaos;

/** Where clients wait, while it is closed, before they do anything more. Thread-safe. */
final class Gate {
  private boolean closed;
  private int waiting;

  synchronized void close() {
    closed = true;
  }

  synchronized void open() {
    closed = false;
    notifyAll();
  }

  /** How many wait now. */
  synchronized int waiting() {
    return waiting;
  }

  /** Waits while it is closed. */
  synchronized void pass() {
    waiting++;
    try {
      while (closed) {
        wait();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      waiting--;
    }
  }
}
