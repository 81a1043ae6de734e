package lockstep.disk.arbiter;

import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.Timer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import lockstep.disk.store.StorageThreads;
import lockstep.disk.vm.Vm;
import lockstep.disk.vm.Vms;
import lockstep.ft.arbiter.ArbiterReply;
import lockstep.ft.arbiter.ArbiterReplyCodec;
import lockstep.ft.arbiter.ArbiterRequest;
import lockstep.ft.arbiter.ArbiterRequestCodec;
import lockstep.ft.net.MessageChannel;
import lockstep.ft.net.Transport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the arbiter's protocol. Each VM has a thread that decides ({@link ArbiterThreads}); the
 * I/O threads only hand on.
 *
 * <p>A request that could not be made durable gets no answer and its connection ends: the claimant
 * asks again, with the same nonce.
 */
public final class ArbiterServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ArbiterServer.class);

  /** Replicas and proxies of all VMs, and some more; what others hold is bounded. */
  private static final int CONNECTIONS_MAX = 8 * Vms.VMS_MAX;

  private final Vms vms;
  private final LongSupplier nanoClock;
  private final Timer decided;
  private final ArbiterThreads threads = new ArbiterThreads();

  /** Makes the VMs' threads look at the clock. */
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("arbiter-clock").factory());

  /** The VMs whose threads have been told to look, and have not yet. */
  private final Set<String> looking = ConcurrentHashMap.newKeySet();

  private final AtomicInteger connections = new AtomicInteger();
  private final Transport.Listening listening;

  /** By VM: why its requests get no answer. */
  private final Map<String, String> failures = new ConcurrentSkipListMap<>();

  /**
   * Starts listening.
   *
   * @param address port 0 takes a free one
   * @param nanoClock monotonic, the one that {@code vms} has
   * @throws IOException if the address can't be bound
   */
  public ArbiterServer(
      Transport transport,
      InetSocketAddress address,
      Vms vms,
      LongSupplier nanoClock,
      MetricRegistry registry)
      throws IOException {
    this.vms = vms;
    this.nanoClock = nanoClock;
    this.decided = registry.timer("arbiter_requests");
    this.listening =
        transport.listen(
            address,
            new ArbiterRequestCodec(),
            new ArbiterReplyCodec(),
            _ -> new ArbiterConnection(this));
    long lookNanos = vms.rules().lookNanos();
    var _ = clock.scheduleWithFixedDelay(this::look, lookNanos, lookNanos, TimeUnit.NANOSECONDS);
  }

  /**
   * Lets every lease know whether its VM's thread has stood still: that looks for itself, or does
   * not look. Where nobody has asked yet, there is no thread that could.
   */
  private void look() {
    for (Vm vm : vms.known()) {
      if (!threads.has(vm.name())) {
        vm.fence().look(nanoClock.getAsLong());
      } else if (looking.add(vm.name())) {
        threads.execute(
            vm.name(),
            () -> {
              looking.remove(vm.name());
              vm.fence().look(nanoClock.getAsLong());
            });
      }
    }
  }

  /** One more connection; false if there are too many. */
  boolean opened() {
    return connections.incrementAndGet() <= CONNECTIONS_MAX;
  }

  /** One less. */
  void closed() {
    connections.decrementAndGet();
  }

  public InetSocketAddress address() {
    return listening.address();
  }

  /** Why requests get no answer, if they don't. */
  public Optional<String> failure() {
    return failures.values().stream().findFirst();
  }

  /** The VM of this name, if it is defined. */
  Optional<Vm> vm(String name) {
    return vms.get(name);
  }

  /** Runs {@code task} after everything that was handed over before for this VM. */
  void enqueue(Vm vm, Runnable task) {
    threads.execute(vm.name(), task);
  }

  /** Decides and answers; on the VM's thread. */
  void decide(ArbiterConnection connection, Vm vm, ArbiterRequest request) {
    MessageChannel<ArbiterReply> channel = connection.channel();
    try (var _ = decided.time()) {
      if (request instanceof ArbiterRequest.Watch) {
        connection.watch(vm.fence(), nanoClock.getAsLong());
        return;
      }
      ArbiterReply reply = vm.fence().decide(request, nanoClock.getAsLong());
      if (request instanceof ArbiterRequest.Start && reply instanceof ArbiterReply.Granted) {
        vms.settle(vm);
      }
      if (reply instanceof ArbiterReply.Refused refused) {
        LOG.info("vm={} refused {}: {}", request.vm(), request, refused.reason());
      }
      channel.send(reply);
      failures.remove(vm.name());
    } catch (IOException e) {
      LOG.error(
          "vm={} the arbiter can't make its record durable: {}", request.vm(), e.getMessage());
      failures.put(
          vm.name(),
          "the arbiter can't make the record of " + vm.name() + " durable: " + e.getMessage());
      channel.close();
    }
  }

  /** Nothing touches the store after this returns. */
  @Override
  public void close() {
    listening.close();
    StorageThreads.finish(clock);
    threads.close();
  }
}
