package lockstep.vmm.replica;

import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import lockstep.ft.core.ReplicaEvent;
import lockstep.ft.nbd.NbdConnection;
import lockstep.ft.net.Transport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection to the disk server that is attached to nothing, kept in every role. It is asked now
 * and then, so that a replica knows whether the server is there: an attach that is open says
 * nothing about that, as it may be idle, or not there yet. And the next attach begins with it, so
 * that who goes live has neither to dial nor to be greeted first.
 *
 * <p>It is dialled anew before the server ends it for doing nothing, and when it does not answer.
 */
final class IdleDiskLink {
  private static final Logger log = LoggerFactory.getLogger(IdleDiskLink.class);

  /** So many intervals old it is replaced: 5 s. */
  private static final int INTERVALS_KEPT = 20;

  /** After so many intervals in vain another connection is tried: 1 s. */
  private static final int INTERVALS_IN_VAIN = 4;

  private final Transport transport;
  private final InetSocketAddress server;
  private final String export;
  private final Inbox inbox;
  private final Silence silence = new Silence(); // scheduled calls only
  private boolean told; // as above
  private volatile boolean answered;
  private volatile boolean closed;

  // Guarded by this.
  private @Nullable NbdConnection connection;
  private int intervals;

  /**
   * @param export that the server is asked about
   */
  IdleDiskLink(Transport transport, InetSocketAddress server, String export, Inbox inbox) {
    this.transport = transport;
    this.server = server;
    this.export = export;
    this.inbox = inbox;
  }

  void start() {
    if (closed) {
      return;
    }
    // First, so that nothing that fails now ends it.
    transport.eventLoops().schedule(this::start, Silence.PROBE_MILLIS, TimeUnit.MILLISECONDS);
    judge();
    ask();
  }

  private void judge() {
    boolean there = told;
    if (answered) {
      answered = false;
      silence.heard();
      there = true;
    } else if (silence.intervalIsTooMany()) {
      there = false;
    }
    if (there != told) {
      told = there;
      log.info("disk-server={} address={}", there ? "there" : "missed", server);
      inbox.put(there ? new ReplicaEvent.DiskServerReached() : new ReplicaEvent.DiskServerMissed());
    }
  }

  private synchronized void ask() {
    intervals++;
    NbdConnection current = connection;
    if (current != null && !isUsedUp(current)) {
      current.ask(export);
    } else if (!closed) {
      drop();
      connection = dial();
      intervals = 0;
    }
  }

  /** Whether it is too old, or has been in vain for too long. */
  private boolean isUsedUp(NbdConnection current) {
    return intervals >= INTERVALS_KEPT
        || current.unanswered() >= INTERVALS_IN_VAIN
        || current.isEnded();
  }

  private void drop() {
    if (connection != null) {
      connection.close();
      connection = null;
    }
  }

  private NbdConnection dial() {
    return NbdConnection.dial(transport.eventLoops(), server, () -> answered = true);
  }

  /**
   * A connection to attach by, which the caller owns: this one, if it has answered lately. Another
   * takes its place soon.
   */
  synchronized NbdConnection take() {
    NbdConnection current = connection;
    if (current == null || !current.isOpen() || current.unanswered() > 1) {
      return dial();
    }
    connection = null;
    return current;
  }

  synchronized void close() {
    closed = true;
    drop();
  }
}
