package lockstep.tools.chaos.network;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import lockstep.tools.image.HostLacksException;
import lockstep.tools.image.HostPrograms;

/**
 * The host's programs that make network namespaces and work in them.
 *
 * @param ip of iproute2
 * @param ss of iproute2
 * @param nsenter of util-linux
 */
record NetworkPrograms(Path ip, Path ss, Path nsenter) {
  /** Where {@code ip netns add} puts them. */
  private static final Path NAMESPACES = Path.of("/var/run/netns");

  private static final ObjectMapper MAPPER = new ObjectMapper();

  /**
   * @throws HostLacksException naming the one that is missing
   */
  static NetworkPrograms find() throws HostLacksException {
    return new NetworkPrograms(
        HostPrograms.find("ip", "iproute2"),
        HostPrograms.find("ss", "iproute2"),
        HostPrograms.find("nsenter", "util-linux"));
  }

  /** What a command begins with that is to run in a namespace; it keeps its process id. */
  List<String> enter(String namespace) {
    return List.of(nsenter.toString(), "--net=" + NAMESPACES.resolve(namespace));
  }

  /** All namespaces that have names. */
  List<String> namespaces() throws IOException {
    // "NAME (id: 3)"
    return ask("netns", "list").lines().map(line -> line.split(" ", 2)[0]).toList();
  }

  /** Makes a namespace. */
  void addNamespace(String name) throws IOException {
    var _ = ask("netns", "add", name);
  }

  /** Removes a namespace's name: it goes with the last process in it, and its devices with it. */
  void deleteNamespace(String name) throws IOException {
    var _ = ask("netns", "del", name);
  }

  /** The processes in a namespace. */
  List<Long> processes(String namespace) throws IOException {
    return ask("netns", "pids", namespace).lines().map(Long::valueOf).toList();
  }

  /** Every subnet that has an IPv4 route of its own, those of this host's addresses included. */
  List<Subnet> routes() throws IOException {
    List<Subnet> subnets = new ArrayList<>();
    for (JsonNode route : MAPPER.readTree(ask("-j", "-4", "route", "show", "table", "all"))) {
      String to = route.path("dst").asText();
      if (!to.equals("default")) {
        subnets.add(Subnet.parse(to));
      }
    }
    return subnets;
  }

  /** Deletes a device of this process's own namespace. */
  void deleteDevice(String device) throws IOException {
    var _ = ask("link", "del", device);
  }

  /** Carries out lines for {@code ip} in this process's own namespace. */
  void here(List<String> lines) throws IOException {
    var _ = run(List.of(ip.toString(), "-batch", "-"), lines);
  }

  /** Carries out lines for {@code ip} in a namespace. */
  void within(String namespace, List<String> lines) throws IOException {
    var _ = run(List.of(ip.toString(), "-n", namespace, "-batch", "-"), lines);
  }

  /** Lets a namespace pass on what is not for itself. */
  void forward(String namespace) throws IOException {
    List<String> command = new ArrayList<>(enter(namespace));
    command.addAll(List.of("sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward"));
    var _ = run(command, List.of());
  }

  /**
   * Ends TCP connections for both of their ends, as far as the way to the other one is open.
   *
   * @param enter where, see {@link #enter}; empty for this process's own namespace
   * @param which a filter of ss(8)
   */
  void endConnections(List<String> enter, List<String> which) throws IOException {
    List<String> command = new ArrayList<>(enter);
    command.addAll(List.of(ss.toString(), "-K", "-H", "-t", "-n"));
    command.addAll(which);
    var _ = run(command, List.of());
  }

  private String ask(String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(ip.toString()));
    command.addAll(List.of(arguments));
    return run(command, List.of());
  }

  /** Runs it to its end; returns what it has printed. */
  private static String run(List<String> command, List<String> input) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (OutputStream in = process.getOutputStream()) {
      in.write(String.join("\n", input).getBytes(StandardCharsets.UTF_8));
    }
    try (InputStream out = process.getInputStream()) {
      String said = new String(out.readAllBytes(), StandardCharsets.UTF_8).strip();
      int status = process.waitFor();
      if (status != 0) {
        throw new IOException(failure(command, status, said));
      }
      return said;
    } catch (InterruptedException e) {
      process.destroy();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private static String failure(List<String> command, int status, String said) {
    return "%s failed with status %d: %s"
        .formatted(String.join(" ", command), status, said.replace("\n", "; "));
  }
}
