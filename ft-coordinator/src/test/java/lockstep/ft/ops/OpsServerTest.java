package lockstep.ft.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.codahale.metrics.MetricRegistry;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

final class OpsServerTest {
  @Test
  void servesMetricsHealthStatusAndRoutes() throws Exception {
    MetricRegistry metrics = new MetricRegistry();
    metrics.counter("frames").inc(3);
    AtomicReference<Optional<String>> wrong = new AtomicReference<>(Optional.empty());
    try (OpsServer server =
        new OpsServer(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            metrics,
            wrong::get,
            () -> Map.of("role", "LIVE"))) {
      server.gauges(
          "vm_epoch",
          "Epoch.",
          List.of("vm"),
          () -> Map.of(List.of("web"), 7.0, List.of("a-b"), 1.0));
      server.route("/hello", exchange -> OpsServer.text(exchange, 200, "hello"));
      String scraped = get(server, "/metrics").body();
      assertTrue(scraped.contains("frames_total 3.0"), scraped);
      assertTrue(scraped.contains("vm_epoch{vm=\"web\"} 7.0"), scraped);
      assertTrue(scraped.contains("vm_epoch{vm=\"a-b\"} 1.0"), scraped);
      assertEquals("ok\n", get(server, "/healthz").body());
      wrong.set(Optional.of("no disk"));
      assertEquals(503, get(server, "/healthz").statusCode());
      assertEquals("{\"role\":\"LIVE\"}", get(server, "/status").body());
      assertEquals("hello\n", get(server, "/hello").body());
    }
  }

  private static HttpResponse<String> get(OpsServer server, String path) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      URI uri = URI.create("http://127.0.0.1:" + server.address().getPort() + path);
      return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }
  }
}
