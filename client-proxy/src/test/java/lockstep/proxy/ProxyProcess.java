package lockstep.proxy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import lockstep.proxy.guest.OutboundPolicy;
import lockstep.proxy.guest.ProxyLimits;

/** A proxy in a process of its own, with the memory that the launcher gives it. */
final class ProxyProcess implements AutoCloseable {
  private static final Path LAUNCHER = Path.of("..", "lockstep");
  private static final Pattern FLAGS =
      Pattern.compile("\\n *client-proxy\\) flags\\+=\\(([^)]*)\\)");
  private static final Pattern RESIDENT_PEAK = Pattern.compile("VmHWM:\\s*([0-9]+) kB");

  private final Process process;
  private final int linkPort;
  private final int httpPort;
  private final List<String> published;

  private ProxyProcess(Process process, List<String> ports) {
    this.process = process;
    this.linkPort = Integer.parseInt(ports.get(0));
    this.httpPort = Integer.parseInt(ports.get(1));
    this.published = ports.subList(2, ports.size());
  }

  /** The process: tells its ports in one line, and ends with its input. */
  public static void main(String[] none) throws IOException {
    ProxyLimits limits = ProxyLimits.within(Runtime.getRuntime().maxMemory());
    ClientProxyOptions options =
        ProxyFixture.options(OutboundPolicy.DENY, Optional.empty(), limits);
    try (ClientProxy proxy = ClientProxy.start(options, ProxyFixture.DEFINITION)) {
      StringBuilder ports = new StringBuilder("ports ");
      ports.append(proxy.linkAddress().getPort()).append(' ').append(proxy.httpAddress().getPort());
      proxy.published().forEach(listener -> ports.append(' ').append(listener.address().getPort()));
      System.out.println(ports);
      while (System.in.read() >= 0) {
        // nobody says anything
      }
    }
  }

  static ProxyProcess start() throws IOException {
    Matcher flags = FLAGS.matcher(Files.readString(LAUNCHER));
    if (!flags.find()) {
      throw new IOException("the launcher names no flags of client-proxy");
    }
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError"));
    command.addAll(
        List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
    command.addAll(Arrays.asList(flags.group(1).split(" ")));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(ProxyProcess.class.getName());
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    BufferedReader out = process.inputReader();
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      if (line.startsWith("ports ")) {
        Thread.startVirtualThread(() -> out.lines().forEach(_ -> {})); // nothing is kept waiting
        return new ProxyProcess(process, Arrays.asList(line.substring(6).split(" ")));
      }
    }
    throw new IOException("the proxy did not start");
  }

  InetSocketAddress linkAddress() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), linkPort);
  }

  /** Where clients reach a port of the guest. */
  InetSocketAddress published(int guestPort) {
    int index =
        ProxyFixture.DEFINITION.network().published().stream()
            .map(port -> port.guestPort())
            .toList()
            .indexOf(guestPort);
    int port = Integer.parseInt(published.get(index));
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  /** A number of {@code /status}. */
  long status(String name) {
    URI uri = URI.create("http://127.0.0.1:" + httpPort + "/status");
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest request = HttpRequest.newBuilder(uri).build();
      String body = client.send(request, HttpResponse.BodyHandlers.ofString()).body();
      Matcher number = Pattern.compile("\"" + name + "\" *: *([0-9]+)").matcher(body);
      if (!number.find()) {
        throw new IllegalStateException("no " + name + " in " + body);
      }
      return Long.parseLong(number.group(1));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** The most memory that it ever had, as Linux counts it. */
  long residentPeakBytes() throws IOException {
    Matcher peak =
        RESIDENT_PEAK.matcher(Files.readString(Path.of("/proc/" + process.pid() + "/status")));
    if (!peak.find()) {
      throw new IOException("Linux does not tell");
    }
    return Long.parseLong(peak.group(1)) << 10;
  }

  @Override
  public void close() throws IOException {
    process.getOutputStream().close();
    try {
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    }
  }
}
