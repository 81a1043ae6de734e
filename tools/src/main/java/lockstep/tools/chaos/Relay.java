package lockstep.tools.chaos;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A wire that can be cut: passes TCP connections on to a port of this machine, until then. */
final class Relay implements AutoCloseable {
  private final ServerSocket listening;
  private final int targetPort;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private volatile boolean cut;

  Relay(int targetPort) throws IOException {
    this.targetPort = targetPort;
    this.listening = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  int port() {
    return listening.getLocalPort();
  }

  /** Ends every connection and lets none through any more. */
  void cut() throws IOException {
    cut = true;
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  private void accept() {
    try {
      while (true) {
        Socket from = listening.accept();
        if (cut) {
          from.close();
        } else {
          join(from, new Socket(InetAddress.getLoopbackAddress(), targetPort));
        }
      }
    } catch (IOException _) {
      // closed, or the target is gone: nothing passes any more, which is what callers look for
    }
  }

  private void join(Socket one, Socket other) throws IOException {
    one.setTcpNoDelay(true);
    other.setTcpNoDelay(true);
    sockets.add(one);
    sockets.add(other);
    Thread.ofVirtual().start(() -> pass(one, other));
    Thread.ofVirtual().start(() -> pass(other, one));
  }

  private void pass(Socket from, Socket to) {
    try (from;
        to) {
      from.getInputStream().transferTo(to.getOutputStream());
    } catch (IOException _) {
      // the connection has ended, which closing both ends tells both peers
    } finally {
      sockets.remove(from);
      sockets.remove(to);
    }
  }

  @Override
  public void close() throws IOException {
    cut();
    listening.close();
  }
}
