package lockstep.tools.chaos.network;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A process at one end of a TCP connection: what it is told it says to the other end, and what that
 * says it tells, line by line.
 */
final class Talker implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 30;
  private static final long SOON_MILLIS = 300;

  private final Process process;
  private final PrintStream told;
  private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

  /**
   * Starts one.
   *
   * @param enter what its command begins with
   * @param what {@code listen} or {@code dial}
   */
  Talker(List<String> enter, String what, String host, int port)
      throws IOException, URISyntaxException {
    List<String> command = new ArrayList<>(enter);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp"));
    command.add(
        Path.of(Talker.class.getProtectionDomain().getCodeSource().getLocation().toURI())
            .toString());
    command.addAll(List.of(Talker.class.getName(), what, host, Integer.toString(port)));
    process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    told = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
    Thread.ofVirtual().start(this::hearAll);
  }

  private void hearAll() {
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      lines.lines().forEach(heard::add);
    } catch (IOException _) {
      // it was closed
    }
  }

  void say(String line) {
    told.println(line);
  }

  /** The next line of the other end; {@code ended} when its connection has ended. */
  String hear() throws InterruptedException {
    return Objects.requireNonNullElse(heard.poll(PATIENCE_SECONDS, TimeUnit.SECONDS), "nothing");
  }

  /** As above, if it comes at once. */
  Optional<String> hearSoon() throws InterruptedException {
    return Optional.ofNullable(heard.poll(SOON_MILLIS, TimeUnit.MILLISECONDS));
  }

  @Override
  public void close() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
  }

  /** The process. */
  public static void main(String[] arguments) throws IOException {
    InetAddress host = InetAddress.getByName(arguments[1]);
    int port = Integer.parseInt(arguments[2]);
    BufferedReader told =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    if (arguments[0].equals("dial")) {
      converse(new Socket(host, port), told);
    } else {
      try (ServerSocket listening = new ServerSocket(port, 16, host)) {
        System.out.println("listens");
        while (true) {
          Socket accepted = listening.accept();
          Thread.ofPlatform().start(() -> converse(accepted, told));
        }
      }
    }
  }

  private static void converse(Socket socket, BufferedReader told) {
    Thread.ofPlatform().daemon().start(() -> tell(socket));
    try {
      PrintStream out = new PrintStream(socket.getOutputStream(), true, StandardCharsets.UTF_8);
      for (String line = told.readLine(); line != null; line = told.readLine()) {
        out.println(line);
      }
    } catch (IOException _) {
      // the connection has ended, which the other thread says
    }
  }

  private static void tell(Socket socket) {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
      lines.lines().forEach(System.out::println);
    } catch (IOException | UncheckedIOException _) {
      // reset, or the like
    }
    System.out.println("ended");
  }
}
