package lockstep.benchmarks.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import lockstep.tools.cluster.Cluster;

/**
 * A root shell in the guest for each TCP connection through the proxy, served by the guest's
 * busybox; it is started from the guest's console. Needs nothing that the default guest lacks.
 */
public final class GuestShell {
  /** The guest's port, published for benchmarks only. */
  public static final int GUEST_PORT = 5200;

  private static final Duration START_TIMEOUT = Duration.ofMinutes(2);
  private static final Duration RETRY = Duration.ofMillis(200);
  private static final Duration SCRIPT_TIMEOUT = Duration.ofMinutes(2);
  private static final int CHUNK_BYTES = 64 << 10;
  private static final String PROMPT = "# ";
  private static final String GO = "go\n";
  private static final String DONE = "done\n";

  private final int port;

  private GuestShell(int port) {
    this.port = port;
  }

  /** What was carried, and how long that took. */
  public record Transferred(long bytes, long nanos) {}

  /** Starts the shells of a guest that has booted. */
  public static GuestShell open(BenchCluster cluster) throws IOException {
    return open(cluster.live().ports().consolePort(), cluster.shellPort());
  }

  /**
   * The same of any guest.
   *
   * @param consolePort of this host, where its console is
   * @param shellPort of this host, which leads to {@link #GUEST_PORT}
   */
  public static GuestShell open(int consolePort, int shellPort) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), consolePort)) {
      socket.setSoTimeout((int) START_TIMEOUT.toMillis());
      type(socket, "\n"); // "Please press Enter to activate this console"
      type(socket, "nc -ll -p " + GUEST_PORT + " -e sh &\n");
    }
    GuestShell shell = new GuestShell(shellPort);
    long deadline = System.nanoTime() + START_TIMEOUT.toNanos();
    while (!shell.answers()) {
      if (System.nanoTime() > deadline) {
        throw new IOException("the guest opens no shell on port " + GUEST_PORT);
      }
      Cluster.sleep(RETRY);
    }
    return shell;
  }

  private static void type(Socket console, String line) throws IOException {
    console.getOutputStream().write(line.getBytes(StandardCharsets.US_ASCII));
    awaitText(console.getInputStream(), PROMPT);
  }

  private boolean answers() {
    try {
      return run("echo here").equals("here\n");
    } catch (IOException _) {
      return false; // refused or reset: not yet
    }
  }

  /** Runs a script to its end; returns what it has printed. */
  public String run(String script) throws IOException {
    try (Socket socket = connect(script)) {
      socket.shutdownOutput();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** Makes an executable file in the guest. */
  public void put(byte[] content, String path) throws IOException {
    try (Socket socket =
        connect("echo go; cat > %s; chmod +x %s; echo done".formatted(path, path))) {
      // The shell must not take what follows for more of its script.
      awaitText(socket.getInputStream(), GO);
      socket.getOutputStream().write(content);
      socket.shutdownOutput();
      awaitText(socket.getInputStream(), DONE);
    }
  }

  /**
   * Runs a command.
   *
   * @return how long it took by the clock of this host, in nanoseconds
   * @throws IOException if it fails
   */
  public long time(String command) throws IOException {
    try (Socket socket = connect("echo go; " + command + " && echo done")) {
      socket.shutdownOutput();
      awaitText(socket.getInputStream(), GO);
      long began = System.nanoTime();
      awaitText(socket.getInputStream(), DONE);
      return System.nanoTime() - began;
    }
  }

  /** Sends bytes into a process of the guest for {@code duration}, until it has read the last. */
  public Transferred sendInto(Duration duration) throws IOException {
    try (Socket socket = connect("echo go; cat > /dev/null; echo done")) {
      // The shell must not take what follows for more of its script.
      awaitText(socket.getInputStream(), GO);
      byte[] chunk = new byte[CHUNK_BYTES];
      Arrays.fill(chunk, (byte) 'x');
      long bytes = 0;
      long began = System.nanoTime();
      while (System.nanoTime() - began < duration.toNanos()) {
        socket.getOutputStream().write(chunk);
        bytes += chunk.length;
      }
      socket.shutdownOutput();
      awaitText(socket.getInputStream(), DONE);
      return new Transferred(bytes, System.nanoTime() - began);
    }
  }

  /** Receives bytes from a process of the guest for {@code duration}. */
  public Transferred receiveFrom(Duration duration) throws IOException {
    try (Socket socket = connect("exec cat /dev/zero")) {
      InputStream in = socket.getInputStream();
      byte[] chunk = new byte[CHUNK_BYTES];
      long bytes = 0;
      in.readNBytes(1); // it has begun
      long began = System.nanoTime();
      while (System.nanoTime() - began < duration.toNanos()) {
        int read = in.read(chunk);
        if (read < 0) {
          throw new IOException("the guest's shell has stopped sending");
        }
        bytes += read;
      }
      return new Transferred(bytes, System.nanoTime() - began);
    }
  }

  private Socket connect(String script) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    try {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout((int) SCRIPT_TIMEOUT.toMillis());
      socket.getOutputStream().write((script + "\n").getBytes(StandardCharsets.UTF_8));
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  private static void awaitText(InputStream in, String wanted) throws IOException {
    StringBuilder seen = new StringBuilder();
    try {
      while (seen.indexOf(wanted) < 0) {
        int next = in.read();
        if (next < 0) {
          throw new IOException("the guest's shell ended after: " + seen);
        }
        seen.append((char) next);
      }
    } catch (SocketTimeoutException e) {
      InterruptedIOException late =
          new InterruptedIOException("the guest's shell did not answer; it said: " + seen);
      late.initCause(e);
      throw late;
    }
  }
}
