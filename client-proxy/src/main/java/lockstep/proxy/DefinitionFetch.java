package lockstep.proxy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import lockstep.ft.definition.DefinitionCodec;
import lockstep.ft.definition.InvalidDefinitionException;
import lockstep.ft.definition.VmDefinition;
import lockstep.ft.net.Endpoints;

/** Gets a VM's definition from the disk server. */
final class DefinitionFetch {
  private static final int ATTEMPT_SECONDS = 5;
  private static final int PAUSE_MILLIS = 200;

  private DefinitionFetch() {}

  /**
   * Asks until there is an answer, for {@code timeout} at most: the disk server may still be
   * starting.
   *
   * @throws IOException naming the last thing that went wrong
   */
  static VmDefinition fetch(InetSocketAddress server, String vm, Duration timeout)
      throws IOException, InterruptedException {
    URI uri = URI.create("http://" + Endpoints.format(server) + "/vms/" + vm);
    HttpRequest request =
        HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(ATTEMPT_SECONDS)).build();
    long endNanos = System.nanoTime() + timeout.toNanos();
    try (HttpClient client = HttpClient.newHttpClient()) {
      while (true) {
        String wrong;
        try {
          HttpResponse<String> response =
              client.send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
          if (response.statusCode() == 200) {
            return DefinitionCodec.fromJson(response.body());
          }
          wrong = "HTTP " + response.statusCode() + " " + response.body().strip();
        } catch (InvalidDefinitionException e) {
          throw new IOException(uri + ": " + e.getMessage(), e);
        } catch (IOException e) {
          wrong = String.valueOf(e.getMessage());
        }
        if (System.nanoTime() - endNanos >= 0) {
          throw new IOException("no definition from " + uri + ": " + wrong);
        }
        Thread.sleep(PAUSE_MILLIS);
      }
    }
  }
}
