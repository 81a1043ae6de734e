package lockstep.ft.ops;

import com.codahale.metrics.MetricRegistry;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import io.prometheus.metrics.exporter.httpserver.MetricsHandler;
import io.prometheus.metrics.instrumentation.dropwizard.DropwizardExports;
import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * A server's HTTP side: {@code /metrics} (Prometheus text), {@code /healthz} (200 {@code ok}, or
 * 503 and what is wrong), {@code /status} (JSON), and routes of the server's own.
 *
 * <p>A client that sends slowly, or takes its answer slowly, holds up no other: each connection has
 * a thread while it has a request. Their number is bounded, and so is how long each may take.
 */
public final class OpsServer implements AutoCloseable {
  /** Further connections are closed at once. */
  public static final int CONNECTIONS_MAX = 64;

  /** A request has to be here whole by then, its body too. */
  private static final int REQUEST_SECONDS_MAX = 120;

  /** Work and answer have to be over by then; copying a large disk takes its time. */
  private static final int ANSWER_SECONDS_MAX = 3600;

  private static final int IDLE_SECONDS_MAX = 30;

  /** What is under way when the server is closed has so long to notice. */
  private static final int CLOSE_SECONDS_MAX = 10;

  static {
    // The JDK's server takes its limits from these, for the whole process, and has none without.
    limit("jdk.httpserver.maxConnections", CONNECTIONS_MAX);
    limit("sun.net.httpserver.idleInterval", IDLE_SECONDS_MAX);
    limit("sun.net.httpserver.maxReqTime", REQUEST_SECONDS_MAX);
    limit("sun.net.httpserver.maxRspTime", ANSWER_SECONDS_MAX);
  }

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final HttpServer server;
  private final ExecutorService threads;

  /**
   * Takes the address; requests wait until {@link #start}.
   *
   * @param address to bind; port 0 takes a free one
   * @param unhealthy what is wrong now, or empty; called for each {@code /healthz}
   * @param status a value that Jackson writes as JSON; called for each {@code /status}
   * @throws IOException if the address can't be bound
   */
  public OpsServer(
      InetSocketAddress address,
      MetricRegistry metrics,
      Supplier<Optional<String>> unhealthy,
      Supplier<?> status)
      throws IOException {
    DropwizardExports.builder().dropwizardRegistry(metrics).register(registry);
    try {
      this.server = HttpServer.create(address, 0);
    } catch (IOException e) {
      throw new IOException("can't listen on " + address + ": " + e.getMessage(), e);
    }
    this.threads =
        Executors.newCachedThreadPool(Thread.ofPlatform().daemon().name("http-", 0).factory());
    server.setExecutor(threads);
    server.createContext("/metrics", new MetricsHandler(registry));
    route("/healthz", exchange -> health(exchange, unhealthy.get()));
    route("/status", exchange -> json(exchange, 200, status.get()));
  }

  /** Starts serving: when every route is there, or a client would be told that one is not. */
  public void start() {
    server.start();
  }

  /**
   * Adds a route; everything below {@code path} goes to {@code handler}, on a thread of its own.
   */
  public void route(String path, HttpHandler handler) {
    var _ =
        server.createContext(
            path,
            exchange -> {
              try (exchange) {
                handler.handle(exchange);
              }
            });
  }

  /**
   * Adds a gauge that has a value for each of several things, told apart by labels.
   *
   * @param name as Prometheus wants it, its unit in the end
   * @param labels names of the labels
   * @param values by the labels' values, in the order of their names; called for each scrape
   */
  public void gauges(
      String name, String help, List<String> labels, Supplier<Map<List<String>, Double>> values) {
    Collector collector =
        () -> {
          GaugeSnapshot.Builder gauge = GaugeSnapshot.builder().name(name).help(help);
          values.get().forEach((named, value) -> gauge.dataPoint(point(labels, named, value)));
          return gauge.build();
        };
    registry.register(collector);
  }

  private static GaugeDataPointSnapshot point(
      List<String> labels, List<String> named, double value) {
    return GaugeDataPointSnapshot.builder().labels(Labels.of(labels, named)).value(value).build();
  }

  /** The address it is bound to, with the real port. */
  public InetSocketAddress address() {
    return server.getAddress();
  }

  /** Answers with plain text. */
  public static void text(HttpExchange exchange, int code, String text) throws IOException {
    answer(
        exchange,
        code,
        "text/plain; charset=utf-8",
        (text + "\n").getBytes(StandardCharsets.UTF_8));
  }

  /** Answers with {@code value} as JSON. */
  public static void json(HttpExchange exchange, int code, Object value) throws IOException {
    answer(exchange, code, "application/json", MAPPER.writeValueAsBytes(value));
  }

  /** Ends every connection; what handlers use may be closed when this has returned. */
  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
    try {
      if (!threads.awaitTermination(CLOSE_SECONDS_MAX, TimeUnit.SECONDS)) {
        throw new IllegalStateException("a request over HTTP does not end");
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /** Sets a limit, unless whoever started this process has. */
  private static void limit(String property, int value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, Integer.toString(value));
    }
  }

  private static void health(HttpExchange exchange, Optional<String> unhealthy) throws IOException {
    if (unhealthy.isEmpty()) {
      text(exchange, 200, "ok");
    } else {
      text(exchange, 503, unhealthy.get());
    }
  }

  private static void answer(HttpExchange exchange, int code, String type, byte[] body)
      throws IOException {
    exchange.getResponseHeaders().set("Content-Type", type);
    boolean head = "HEAD".equals(exchange.getRequestMethod());
    exchange.sendResponseHeaders(code, head ? -1 : body.length);
    if (!head) {
      exchange.getResponseBody().write(body);
    }
  }
}
