package lockstep.disk.arbiter;

import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.Timer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
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
 * Serves the arbiter's protocol. One thread decides; the I/O threads only hand on.
 *
 * <p>A request that could not be made durable gets no answer and its connection ends: the claimant
 * asks again, with the same nonce.
 */
public final class ArbiterServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ArbiterServer.class);

  private final Vms vms;
  private final LongSupplier nanoClock;
  private final Timer decided;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().name("arbiter").factory());
  private final Transport.Listening listening;
  private volatile Optional<String> failure = Optional.empty();

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
    var _ = thread.scheduleWithFixedDelay(this::look, lookNanos, lookNanos, TimeUnit.NANOSECONDS);
  }

  /** Looks at the clock, so that every lease knows whether this thread has stood still. */
  private void look() {
    vms.known().forEach(vm -> vm.fence().look(nanoClock.getAsLong()));
  }

  public InetSocketAddress address() {
    return listening.address();
  }

  /** Why requests get no answer, if they don't. */
  public Optional<String> failure() {
    return failure;
  }

  /** Runs {@code task} after everything that was handed over before. */
  void enqueue(Runnable task) {
    if (!thread.isShutdown()) {
      thread.execute(task);
    }
  }

  /** Decides and answers; on the arbiter's thread. */
  void decide(ArbiterConnection connection, ArbiterRequest request) {
    MessageChannel<ArbiterReply> channel = connection.channel();
    Optional<Vm> vm = vms.get(request.vm());
    if (vm.isEmpty()) {
      // No answer to the question: a replica of a running pair must not take it for one.
      channel.send(
          new ArbiterReply.HelloRefused(
              ArbiterRequest.PROTOCOL_VERSION, "no VM " + request.vm() + " is defined here"));
      channel.close();
      return;
    }
    try (var _ = decided.time()) {
      if (request instanceof ArbiterRequest.Watch) {
        connection.watch(vm.get().fence(), nanoClock.getAsLong());
        return;
      }
      ArbiterReply reply = vm.get().fence().decide(request, nanoClock.getAsLong());
      if (reply instanceof ArbiterReply.Refused refused) {
        LOG.info("vm={} refused {}: {}", request.vm(), request, refused.reason());
      }
      channel.send(reply);
      failure = Optional.empty();
    } catch (IOException e) {
      LOG.error(
          "vm={} the arbiter can't make its record durable: {}", request.vm(), e.getMessage());
      failure = Optional.of("the arbiter can't make its record durable: " + e.getMessage());
      channel.close();
    }
  }

  /** Nothing touches the store after this returns. */
  @Override
  public void close() {
    listening.close();
    StorageThreads.finish(thread);
  }
}
