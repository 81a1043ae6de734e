package lockstep.tools.disk;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;
import lockstep.ft.net.Endpoints;

/** What a disk server answers about its disks, over HTTP. */
final class DiskApi implements AutoCloseable {
  private static final int NOT_FOUND = 404;
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** Copies of preallocated files take their time. */
  private static final Duration PATIENCE = Duration.ofMinutes(30);

  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();

  private final InetSocketAddress server;

  DiskApi(InetSocketAddress server) {
    this.server = server;
  }

  /** All disks, as JSON. */
  JsonNode list() throws IOException {
    return MAPPER.readTree(accepted(send("GET", "/disks")).body());
  }

  /** A disk, as JSON; empty if there is none of this name. */
  Optional<JsonNode> find(String disk) throws IOException {
    HttpResponse<String> response = send("GET", "/disks/" + disk);
    return response.statusCode() == NOT_FOUND
        ? Optional.empty()
        : Optional.of(MAPPER.readTree(accepted(response).body()));
  }

  JsonNode get(String disk) throws IOException {
    return find(disk).orElseThrow(() -> new IOException("no such disk: " + disk));
  }

  void create(String disk, long sizeBytes) throws IOException {
    accepted(send("PUT", "/disks/" + disk + "?size=" + sizeBytes));
  }

  /**
   * @param from {@code vm/disk} or {@code vm/disk@snapshot}
   */
  void copy(String from, String disk) throws IOException {
    accepted(send("PUT", "/disks/" + disk + "?from=" + from));
  }

  void resize(String disk, long sizeBytes) throws IOException {
    accepted(send("POST", "/disks/" + disk + "?size=" + sizeBytes));
  }

  void rename(String disk, String to) throws IOException {
    accepted(send("POST", "/disks/" + disk + "?rename=" + to));
  }

  void replace(String disk, String by) throws IOException {
    accepted(send("POST", "/disks/" + disk + "?replace-by=" + by));
  }

  void delete(String disk) throws IOException {
    accepted(send("DELETE", "/disks/" + disk));
  }

  void snapshot(String disk, String name) throws IOException {
    accepted(send("PUT", "/disks/" + disk + "/snapshots/" + name));
  }

  void rollBack(String disk, String name) throws IOException {
    accepted(send("POST", "/disks/" + disk + "/snapshots/" + name));
  }

  void deleteSnapshot(String disk, String name) throws IOException {
    accepted(send("DELETE", "/disks/" + disk + "/snapshots/" + name));
  }

  /** Returns the directory on the server. */
  String checkpoint(String name) throws IOException {
    return accepted(send("POST", "/checkpoints/" + name)).body().strip();
  }

  private HttpResponse<String> send(String method, String path) throws IOException {
    URI uri = URI.create("http://" + Endpoints.format(server) + path);
    try {
      return client.send(
          HttpRequest.newBuilder(uri)
              .timeout(PATIENCE)
              .method(method, BodyPublishers.noBody())
              .build(),
          BodyHandlers.ofString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } catch (IOException e) {
      throw new IOException("no disk server answers at " + Endpoints.format(server), e);
    }
  }

  /** The response, if it is good; else an exception with the server's words. */
  private static HttpResponse<String> accepted(HttpResponse<String> response) throws IOException {
    if (response.statusCode() / 100 != 2) {
      throw new IOException(response.body().strip());
    }
    return response;
  }

  @Override
  public void close() {
    client.close();
  }
}
