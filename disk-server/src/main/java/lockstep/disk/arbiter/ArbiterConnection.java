package lockstep.disk.arbiter;

import java.util.HashSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import lockstep.disk.vm.Fence;
import lockstep.disk.vm.Vm;
import lockstep.ft.arbiter.ArbiterReply;
import lockstep.ft.arbiter.ArbiterRequest;
import lockstep.ft.net.MessageChannel;
import lockstep.ft.net.MessageListener;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One peer of the arbiter: what it watches, and how many of its requests wait. It asks about one
 * VM, that of its hello. The I/O thread hands on; the rest belongs to the thread of that VM.
 */
final class ArbiterConnection implements MessageListener<ArbiterRequest, ArbiterReply> {
  private static final Logger LOG = LoggerFactory.getLogger(ArbiterConnection.class);

  /** With so many requests waiting, the peer is not read. */
  private static final int WAITING_MAX = 16;

  private final ArbiterServer server;
  private @Nullable MessageChannel<ArbiterReply> channel;
  private final Consumer<ArbiterReply.Current> tell = current -> channel().send(current);
  private final Set<Fence> watched = new HashSet<>();

  /** The one of the hello that was accepted, or empty; the I/O thread's. */
  private String vm = "";

  /** What the VM's thread has been given to do is that of this VM; the I/O thread's. */
  private Optional<Vm> asked = Optional.empty();

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
    if (!server.opened()) {
      LOG.warn("arbiter client={} refused: too many are connected", opened.remoteName());
      opened.close();
    }
  }

  @Override
  public void received(MessageChannel<ArbiterReply> from, ArbiterRequest request) {
    if (vm.isEmpty()) {
      greet(from, request);
      return;
    }
    // No answer to the question: a replica of a running pair must not take it for one.
    if (!request.vm().equals(vm)) {
      refuse(from, "this connection asks about " + vm + ", not about " + request.vm());
      return;
    }
    Optional<Vm> known = server.vm(vm);
    if (known.isEmpty()) {
      refuse(from, "no VM " + vm + " is defined here");
      return;
    }
    asked = known;
    count(1);
    server.enqueue(
        known.get(),
        () -> {
          try {
            server.decide(this, known.get(), request);
          } finally {
            count(-1);
          }
        });
  }

  private static void refuse(MessageChannel<ArbiterReply> peer, String why) {
    peer.send(new ArbiterReply.HelloRefused(ArbiterRequest.PROTOCOL_VERSION, why));
    peer.close();
  }

  private void greet(MessageChannel<ArbiterReply> from, ArbiterRequest first) {
    Optional<ArbiterReply.HelloRefused> refused = first.refusedAsFirst();
    if (refused.isPresent()) {
      LOG.warn("arbiter client={} refused: {}", from.remoteName(), refused.get().reason());
      from.send(refused.get());
      from.close();
    } else {
      vm = first.vm();
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
    server.closed();
    asked.ifPresent(
        known -> server.enqueue(known, () -> watched.forEach(fence -> fence.unwatch(tell))));
  }

  /** Tells the peer every record of a VM from now on; on the VM's thread. */
  void watch(Fence fence, long nowNanos) {
    watched.add(fence);
    fence.watch(tell, nowNanos);
  }
}
