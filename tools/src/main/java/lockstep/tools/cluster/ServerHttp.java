package lockstep.tools.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.IntFunction;
import lockstep.ft.net.Endpoints;

/** Asks servers over HTTP. */
public final class ServerHttp implements AutoCloseable {
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration UPLOAD_TIMEOUT = Duration.ofMinutes(5);
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(2))
          .build();

  private final IntFunction<String> hosts;

  /** Asks servers on {@code host}. */
  public ServerHttp(String host) {
    this(_ -> host);
  }

  /**
   * @param hosts which host's a port is
   */
  ServerHttp(IntFunction<String> hosts) {
    this.hosts = hosts;
  }

  /** The server's {@code /status}, or empty if nothing answers there. */
  public Optional<JsonNode> status(int port) {
    try {
      return askStatus(port);
    } catch (ConnectException | HttpTimeoutException _) {
      return Optional.empty(); // not there, or not yet: the caller says so
    } catch (IOException _) {
      // A connection that was kept for the next request may have been closed meanwhile.
      try {
        return askStatus(port);
      } catch (IOException _) {
        return Optional.empty();
      }
    }
  }

  private Optional<JsonNode> askStatus(int port) throws IOException {
    HttpResponse<String> response = send(get(port, "/status"));
    return response.statusCode() == 200
        ? Optional.of(MAPPER.readTree(response.body()))
        : Optional.empty();
  }

  /** A text that a server serves, or empty if it has none there. */
  public Optional<String> text(int port, String path) throws IOException {
    HttpResponse<String> response = send(get(port, path));
    return response.statusCode() == 200 ? Optional.of(response.body()) : Optional.empty();
  }

  /** Whether something is there. */
  public boolean has(int port, String path) throws IOException {
    HttpRequest request =
        request(port, path, ANSWER_TIMEOUT).method("HEAD", BodyPublishers.noBody()).build();
    return send(request).statusCode() == 200;
  }

  /**
   * Puts a text.
   *
   * @throws IOException with the server's words if it refuses
   */
  public void put(int port, String path, String body) throws IOException {
    accepted(send(request(port, path, UPLOAD_TIMEOUT).PUT(BodyPublishers.ofString(body)).build()));
  }

  /** Puts a file. */
  public void put(int port, String path, Path file) throws IOException {
    accepted(send(request(port, path, UPLOAD_TIMEOUT).PUT(BodyPublishers.ofFile(file)).build()));
  }

  /** Posts without a body; returns the answer's text. */
  public String post(int port, String path) throws IOException {
    HttpResponse<String> response =
        send(request(port, path, UPLOAD_TIMEOUT).POST(BodyPublishers.noBody()).build());
    accepted(response);
    return response.body();
  }

  @Override
  public void close() {
    client.close();
  }

  private HttpRequest get(int port, String path) {
    return request(port, path, ANSWER_TIMEOUT).GET().build();
  }

  private HttpRequest.Builder request(int port, String path, Duration timeout) {
    return HttpRequest.newBuilder(URI.create("http://" + address(port) + path)).timeout(timeout);
  }

  private String address(int port) {
    return Endpoints.format(InetSocketAddress.createUnresolved(hosts.apply(port), port));
  }

  private static void accepted(HttpResponse<String> response) throws IOException {
    if (response.statusCode() / 100 != 2) {
      throw new IOException(
          response.request().uri().getPath()
              + " was refused ("
              + response.statusCode()
              + "): "
              + response.body().strip());
    }
  }

  private HttpResponse<String> send(HttpRequest request) throws IOException {
    try {
      return client.send(request, BodyHandlers.ofString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
