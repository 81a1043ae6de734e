package lockstep.proxy;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;
import lockstep.ft.definition.DefinitionCodec;
import lockstep.ft.definition.VmDefinition;
import lockstep.ft.link.LinkMessageCodec;
import lockstep.ft.net.Endpoints;
import lockstep.ft.net.Transport;
import lockstep.ft.net.VmSource;
import lockstep.ft.ops.OpsServer;
import lockstep.proxy.failover.ArbiterWatch;
import lockstep.proxy.failover.ReplicaLinks;
import lockstep.proxy.guest.GuestNetwork;
import lockstep.proxy.guest.OwnHosts;
import lockstep.proxy.publish.PublishedPorts;
import lockstep.proxy.publish.PublishedPorts.Listener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The client proxy: clients' TCP on one side, the live replica's frames on the other. One event
 * loop owns all of its state.
 */
public final class ClientProxy implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ClientProxy.class);
  private static final long SAMPLE_MILLIS = 500;

  private final Transport transport;
  private final EventLoop loop;
  private final ReplicaLinks links;
  private final GuestNetwork network;
  private final ArbiterWatch watch;
  private final Transport.Listening listening;
  private final PublishedPorts ports;
  private final OpsServer ops;
  private volatile Status status;

  /**
   * What {@code /status} shows.
   *
   * @param live the live replica, or empty
   */
  public record Status(
      String vm,
      String live,
      long epochHighest,
      int links,
      GuestNetwork.Fill fill,
      long linkUnsentBytes) {}

  private ClientProxy(ClientProxyOptions options, VmDefinition definition, Transport transport)
      throws IOException {
    this.transport = transport;
    this.loop = transport.eventLoops().next();
    MetricRegistry metrics = new MetricRegistry();
    long originNanos = System.nanoTime();
    LongSupplier clock = () -> System.nanoTime() - originNanos;
    OwnHosts own = new OwnHosts();
    own.add(Endpoints.resolved(options.definitions()));
    own.add(Endpoints.resolved(options.arbiter()));
    links =
        new ReplicaLinks(
            options.vm(), DefinitionCodec.digest(definition), own, loop, clock, metrics);
    network =
        new GuestNetwork(
            definition.network(),
            options.limits(),
            options.outbound(),
            own,
            options.resolver().isPresent() ? options::resolver : new HostResolver(),
            loop,
            clock,
            links,
            metrics);
    links.attach(network);
    status = sample(options.vm());
    LinkMessageCodec codec = new LinkMessageCodec();
    listening = transport.listen(Endpoints.resolved(options.link()), codec, codec, links::accept);
    watch = new ArbiterWatch(transport, loop, options.arbiter(), options.vm(), own, links);
    watch.start();
    ports =
        PublishedPorts.open(options.publishHost(), definition.network().published(), loop, network);
    publishGauges(metrics);
    ops = new OpsServer(Endpoints.resolved(options.http()), metrics, this::unhealthy, this::status);
    loop.execute(
        () -> {
          own.add(listening.address());
          own.add(ops.address());
        });
    var _ =
        loop.scheduleAtFixedRate(
            () -> status = sample(options.vm()),
            SAMPLE_MILLIS,
            SAMPLE_MILLIS,
            TimeUnit.MILLISECONDS);
    ops.start();
  }

  /**
   * Starts: gets the definition, binds everything, follows the arbiter.
   *
   * @throws IOException if there is no definition, or an address can't be bound
   */
  public static ClientProxy start(ClientProxyOptions options)
      throws IOException, InterruptedException {
    return start(
        options,
        new VmSource(options.definitions(), options.definitionTimeout()).definition(options.vm()));
  }

  /**
   * The same with a definition at hand.
   *
   * @throws IOException if an address can't be bound
   */
  public static ClientProxy start(ClientProxyOptions options, VmDefinition definition)
      throws IOException {
    Transport transport = new Transport("proxy", 1);
    try {
      ClientProxy proxy = new ClientProxy(options, definition, transport);
      log.info(
          "proxy=STARTED vm={} link={} http={} published={}",
          options.vm(),
          proxy.linkAddress(),
          proxy.httpAddress(),
          proxy.published());
      return proxy;
    } catch (IOException | RuntimeException e) {
      transport.close();
      throw e;
    }
  }

  /** Where replicas connect. */
  public InetSocketAddress linkAddress() {
    return listening.address();
  }

  /** Where metrics and health are. */
  public InetSocketAddress httpAddress() {
    return ops.address();
  }

  /** The published ports as bound. */
  public List<Listener> published() {
    return ports.listeners();
  }

  /** How things are now; from half a second ago while the loop has no time to tell. */
  public Status status() {
    try {
      return loop.submit(() -> sample(status.vm())).get(SAMPLE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return status;
    } catch (ExecutionException | TimeoutException e) {
      return status;
    }
  }

  private Status sample(String vm) {
    return new Status(
        vm,
        links.liveName().orElse(""),
        links.epochHighest(),
        links.linkCount(),
        network.fill(),
        links.unsentBytes());
  }

  private Optional<String> unhealthy() {
    return status().live().isEmpty() ? Optional.of("no replica is live") : Optional.empty();
  }

  private void publishGauges(MetricRegistry metrics) {
    gauge(metrics, "epoch_highest", Status::epochHighest);
    gauge(metrics, "live", now -> now.live().isEmpty() ? 0 : 1);
    gauge(metrics, "links", Status::links);
    gauge(metrics, "link_unsent_bytes", Status::linkUnsentBytes);
    gauge(metrics, "connections_open", now -> now.fill().connections());
    gauge(metrics, "connections_lingering", now -> now.fill().lingering());
    gauge(metrics, "send_buffered_bytes", now -> now.fill().sendBufferedBytes());
    gauge(metrics, "unconsumed_bytes", now -> now.fill().unconsumedBytes());
    gauge(metrics, "buffers_reserved_bytes", now -> now.fill().reservedBytes());
  }

  private void gauge(MetricRegistry metrics, String name, ToLongFunction<Status> value) {
    Gauge<Long> gauge = () -> value.applyAsLong(status);
    var _ = metrics.registerGauge("proxy_" + name, gauge);
  }

  /** Resets every client and ends everything. */
  @Override
  public void close() {
    ops.close();
    ports.close();
    listening.close();
    loop.submit(
            () -> {
              watch.close();
              network.close();
              links.close();
            })
        .awaitUninterruptibly();
    transport.close();
    log.info("proxy=STOPPED");
  }
}
