package lockstep.ft.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.codahale.metrics.MetricRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
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
      server.start();
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

  /** More of them than a pool of a few threads would have. */
  @Test
  void clientsThatSendSlowlyOrTakeNoAnswerHoldUpNobody() throws Exception {
    byte[] much = new byte[16 << 20];
    try (OpsServer server =
        new OpsServer(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            new MetricRegistry(),
            Optional::empty,
            () -> "up")) {
      for (String limit : List.of("maxReqTime", "maxRspTime", "idleInterval")) {
        assertTrue(Integer.getInteger("sun.net.httpserver." + limit, 0) > 0, limit);
      }
      server.route("/take", exchange -> exchange.getRequestBody().readAllBytes());
      server.route(
          "/give",
          exchange -> {
            exchange.sendResponseHeaders(200, much.length);
            exchange.getResponseBody().write(much);
          });
      server.start();
      List<Socket> slow = new ArrayList<>();
      try {
        for (int i = 0; i < OpsServer.CONNECTIONS_MAX / 4; i++) {
          slow.add(say(server, "GET /healthz HTT"));
          slow.add(say(server, "PUT /take HTTP/1.1\r\nContent-Length: 10\r\n\r\nhalf"));
          slow.add(say(server, "GET /give HTTP/1.1\r\n\r\n"));
        }
        assertEquals("ok\n", get(server, "/healthz").body());
      } finally {
        for (Socket socket : slow) {
          socket.close();
        }
      }
    }
  }

  private static Socket say(OpsServer server, String text) throws IOException {
    Socket socket = new Socket(server.address().getAddress(), server.address().getPort());
    socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  private static HttpResponse<String> get(OpsServer server, String path) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      URI uri = URI.create("http://127.0.0.1:" + server.address().getPort() + path);
      return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }
  }
}
