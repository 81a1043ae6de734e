package lockstep.benchmarks.guest;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import lockstep.tools.cluster.Cluster;

/** Waits for a booting guest's Redis. */
final class Redis {
  private static final int TRY_MILLIS = 100;
  private static final Duration RETRY = Duration.ofMillis(10);
  private static final Duration BOOT_TIMEOUT = Duration.ofMinutes(10);

  private Redis() {}

  /** Returns once it has answered. */
  static void await(int port, Process process) throws IOException {
    long deadline = System.nanoTime() + BOOT_TIMEOUT.toNanos();
    while (!answers(port)) {
      if (!process.isAlive() || System.nanoTime() > deadline) {
        throw new IOException("no Redis answers at port " + port);
      }
      Cluster.sleep(RETRY);
    }
  }

  private static boolean answers(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TRY_MILLIS);
      socket.setSoTimeout(TRY_MILLIS);
      socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
      return socket.getInputStream().read() == '+';
    } catch (IOException _) {
      return false; // refused, reset or silent: not yet
    }
  }
}
