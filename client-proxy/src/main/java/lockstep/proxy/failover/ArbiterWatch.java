package lockstep.proxy.failover;

import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import lockstep.ft.arbiter.ArbiterRecord;
import lockstep.ft.arbiter.ArbiterReply;
import lockstep.ft.arbiter.ArbiterReplyCodec;
import lockstep.ft.arbiter.ArbiterRequest;
import lockstep.ft.arbiter.ArbiterRequestCodec;
import lockstep.ft.net.MessageChannel;
import lockstep.ft.net.MessageListener;
import lockstep.ft.net.Transport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens to what the arbiter says of one VM, and dials again whenever it does not answer. The
 * proxy lives without it: replicas tell their epochs too.
 */
public final class ArbiterWatch implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ArbiterWatch.class);
  private static final long REDIAL_MILLIS = 500;

  private final Transport transport;
  private final EventLoop loop;
  private final InetSocketAddress arbiter;
  private final String vm;
  private final Consumer<ArbiterRecord> listener;
  private @Nullable MessageChannel<ArbiterRequest> channel;
  private boolean connected;
  private boolean silent;
  private boolean closed;

  /**
   * @param listener called on {@code loop}
   */
  public ArbiterWatch(
      Transport transport,
      EventLoop loop,
      InetSocketAddress arbiter,
      String vm,
      Consumer<ArbiterRecord> listener) {
    this.transport = transport;
    this.loop = loop;
    this.arbiter = arbiter;
    this.vm = vm;
    this.listener = listener;
  }

  public void start() {
    loop.execute(this::dial);
  }

  private void dial() {
    if (!closed) {
      transport.dial(arbiter, new ArbiterReplyCodec(), new ArbiterRequestCodec(), new Watching());
    }
  }

  /** Ends the watching; called on {@code loop}. */
  @Override
  public void close() {
    closed = true;
    if (channel != null) {
      channel.close();
    }
  }

  private final class Watching implements MessageListener<ArbiterReply, ArbiterRequest> {
    @Override
    public void opened(MessageChannel<ArbiterRequest> opened) {
      channel = opened;
      connected = true;
      silent = false;
      log.info("arbiter={} watched", arbiter);
      opened.send(new ArbiterRequest.Hello(vm));
      opened.send(new ArbiterRequest.Watch(vm));
    }

    @Override
    public void received(MessageChannel<ArbiterRequest> from, ArbiterReply reply) {
      switch (reply) {
        case ArbiterReply.Current current -> listener.accept(current.record());
        case ArbiterReply.HelloRefused refused ->
            log.error("arbiter={} refuses the hello: {}", arbiter, refused.reason());
        case ArbiterReply.Refused refused ->
            log.warn("arbiter={} refuses the watch: {}", arbiter, refused.reason());
        case ArbiterReply.Hello _,
            ArbiterReply.Granted _,
            ArbiterReply.Renewed _,
            ArbiterReply.NotRenewed _ -> {} // answers to nothing we asked
      }
    }

    @Override
    public void closed(String reason) {
      if (!closed && !silent) {
        log.warn("arbiter={} {}: {}", arbiter, connected ? "lost" : "not reached", reason);
      }
      connected = false;
      silent = true; // one line for each outage
      var _ = loop.schedule(ArbiterWatch.this::dial, REDIAL_MILLIS, TimeUnit.MILLISECONDS);
    }
  }
}
