package lockstep.tools.chaos.network;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A wire that passes TCP connections on to a port of this machine.
 *
 * <p>Cut, it ends every connection, as a network does that says so. Held, nothing passes and
 * nothing ends, as when a switch has lost its power; what was sent meanwhile arrives when it is
 * mended. Held one way, the same is true of that way alone, and nobody who dials comes through.
 */
public final class Relay implements Wire, AutoCloseable {
  private static final int BUFFER_BYTES = 64 << 10;

  private enum State {
    OPEN,
    HELD,
    CUT
  }

  private final ServerSocket listening;
  private final int targetPort;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final Object changed = new Object();
  private volatile State state = State.OPEN;
  private volatile Optional<Way> heldAlone = Optional.empty();

  public Relay(int targetPort) throws IOException {
    this.targetPort = targetPort;
    this.listening = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  public int port() {
    return listening.getLocalPort();
  }

  @Override
  public void cut() throws IOException {
    become(State.CUT);
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  @Override
  public void hold() {
    become(State.HELD);
  }

  @Override
  public void hold(Way way) {
    synchronized (changed) {
      heldAlone = Optional.of(way);
    }
  }

  @Override
  public void mend() {
    become(State.OPEN);
  }

  @Override
  public boolean isOpen() {
    return state == State.OPEN && heldAlone.isEmpty();
  }

  private void become(State next) {
    synchronized (changed) {
      state = next;
      heldAlone = Optional.empty();
      changed.notifyAll();
    }
  }

  /** Waits while the wire is held that way; false if it is cut. */
  private boolean awaitPassing(Way way) {
    synchronized (changed) {
      try {
        while (state == State.HELD || heldAlone.equals(Optional.of(way))) {
          changed.wait();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
      return state == State.OPEN;
    }
  }

  private void accept() {
    while (!listening.isClosed()) {
      try {
        Socket from = listening.accept();
        Thread.ofVirtual().start(() -> join(from));
      } catch (IOException _) {
        // closed, which ends the loop, or out of files: whoever dialled hears of it and tries again
      }
    }
  }

  private void join(Socket from) {
    try {
      if (awaitPassing(Way.THERE) && awaitPassing(Way.BACK)) {
        Socket to = new Socket(InetAddress.getLoopbackAddress(), targetPort);
        from.setTcpNoDelay(true);
        to.setTcpNoDelay(true);
        sockets.add(from);
        sockets.add(to);
        if (state == State.CUT) { // since, and without having seen these
          closeQuietly(to);
          return;
        }
        Thread.ofVirtual().start(() -> pass(from, to, Way.THERE));
        pass(to, from, Way.BACK);
      }
    } catch (IOException _) {
      // nobody is there: the end of the connection says so
    } finally {
      closeQuietly(from);
    }
  }

  private void pass(Socket from, Socket to, Way way) {
    byte[] buffer = new byte[BUFFER_BYTES];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      int read = in.read(buffer);
      while (read >= 0 && awaitPassing(way)) {
        out.write(buffer, 0, read);
        read = in.read(buffer);
      }
    } catch (IOException _) {
      // an end like any other
    } finally {
      // A held way does not tell of an end either.
      awaitPassing(way);
      closeQuietly(to);
      awaitPassing(way == Way.THERE ? Way.BACK : Way.THERE);
      closeQuietly(from);
    }
  }

  private void closeQuietly(Socket socket) {
    sockets.remove(socket);
    try {
      socket.close();
    } catch (IOException _) {
      // it is closed as well as it can be
    }
  }

  @Override
  public void close() throws IOException {
    cut();
    listening.close();
  }
}
