package lockstep.disk.arbiter;

import java.util.HashSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import lockstep.disk.vm.Fence;
import lockstep.ft.arbiter.ArbiterReply;
import lockstep.ft.arbiter.ArbiterRequest;
import lockstep.ft.net.MessageChannel;
import lockstep.ft.net.MessageListener;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One peer of the arbiter: what it watches, and how many of its requests wait. The I/O thread hands
 * on; the rest belongs to the arbiter's thread.
 */
final class ArbiterConnection implements MessageListener<ArbiterRequest, ArbiterReply> {
  private static final Logger LOG = LoggerFactory.getLogger(ArbiterConnection.class);

  /** With so many requests waiting, the peer is not read. */
  private static final int WAITING_MAX = 16;

  private final ArbiterServer server;
  private @Nullable MessageChannel<ArbiterReply> channel;
  private final Consumer<ArbiterReply.Current> tell = current -> channel().send(current);
  private final Set<Fence> watched = new HashSet<>();

  /** Whether the hello was accepted; the I/O thread's. */
  private boolean greeted;

  /** Guarded by this. */
  private int waiting;

  ArbiterConnection(ArbiterServer server) {
    this.server = server;
  }

  MessageChannel<ArbiterReply> channel() {
    return Objects.requireNonNull(channel);
  }

  @Override
  public void opened(MessageChannel<ArbiterReply> opened) {
    channel = opened;
  }

  @Override
  public void received(MessageChannel<ArbiterReply> from, ArbiterRequest request) {
    if (!greeted) {
      greet(from, request);
      return;
    }
    count(1);
    server.enqueue(
        () -> {
          server.decide(this, request);
          count(-1);
        });
  }

  private void greet(MessageChannel<ArbiterReply> from, ArbiterRequest first) {
    Optional<ArbiterReply.HelloRefused> refused = first.refusedAsFirst();
    if (refused.isPresent()) {
      LOG.warn("arbiter client={} refused: {}", from.remoteName(), refused.get().reason());
      from.send(refused.get());
      from.close();
    } else {
      greeted = true;
      from.send(new ArbiterReply.Hello(ArbiterRequest.PROTOCOL_VERSION));
    }
  }

  private synchronized void count(int change) {
    waiting += change;
    channel().reading(waiting < WAITING_MAX);
  }

  @Override
  public void closed(String reason) {
    LOG.info("arbiter client={} ended: {}", channel().remoteName(), reason);
    server.enqueue(() -> watched.forEach(fence -> fence.unwatch(tell)));
  }

  /** Tells the peer every record of a VM from now on; on the arbiter's thread. */
  void watch(Fence fence, long nowNanos) {
    watched.add(fence);
    fence.watch(tell, nowNanos);
  }
}
