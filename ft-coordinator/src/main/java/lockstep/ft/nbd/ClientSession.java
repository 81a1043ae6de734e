package lockstep.ft.nbd;

import java.util.function.Consumer;

/** Keeps the order that {@link NbdEvent} promises, whatever the connection does. */
final class ClientSession {
  private final Consumer<? super NbdEvent> events;
  private volatile boolean attached;
  private volatile boolean ended;

  ClientSession(Consumer<? super NbdEvent> events) {
    this.events = events;
  }

  boolean attached() {
    return attached;
  }

  boolean ended() {
    return ended;
  }

  void attached(ExportInfo export) {
    if (!ended) {
      attached = true;
      events.accept(new NbdEvent.Attached(export));
    }
  }

  void completed(NbdEvent.Completed completed) {
    if (!ended) {
      events.accept(completed);
    }
  }

  /** Tells the last event, unless one has been told. */
  void end(NbdEvent last) {
    if (!ended) {
      ended = true;
      events.accept(last);
    }
  }

  /** Nothing is told any more. */
  void silence() {
    ended = true;
  }
}
