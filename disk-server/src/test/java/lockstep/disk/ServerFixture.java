package lockstep.disk;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import lockstep.ft.arbiter.ArbiterReply;
import lockstep.ft.arbiter.ArbiterReplyCodec;
import lockstep.ft.arbiter.ArbiterRequest;
import lockstep.ft.arbiter.ArbiterRequestCodec;
import lockstep.ft.arbiter.Member;
import lockstep.ft.arbiter.ReplicaId;
import lockstep.ft.nbd.ExportName;
import lockstep.ft.net.MessageChannel;
import lockstep.ft.net.MessageListener;
import lockstep.ft.net.Transport;
import org.jspecify.annotations.Nullable;

/** A disk server in this process with one VM, and clients for it. */
public final class ServerFixture implements AutoCloseable {
  private final DiskServerOptions options;
  public final Transport transport = new Transport("test-client", 1);
  public DiskServer server;

  public ServerFixture(Path data) throws IOException, InterruptedException {
    this(data, TestVm.DISK_BYTES);
  }

  public ServerFixture(Path data, long diskBytes) throws IOException, InterruptedException {
    this(DiskServerOptions.onLoopback(data), diskBytes);
  }

  public ServerFixture(DiskServerOptions options, long diskBytes)
      throws IOException, InterruptedException {
    this.options = options.withFreePorts();
    this.server = start();
    TestVm.define(server.httpAddress(), diskBytes);
  }

  private DiskServer start() throws IOException {
    return DiskServer.start(options);
  }

  public void restart() throws IOException {
    server.close();
    server = start();
  }

  public TestAttach plain() {
    return attach(ExportName.plain(TestVm.NAME, TestVm.DISK));
  }

  public TestAttach vmm(long epoch) {
    return attach(ExportName.held(TestVm.NAME, TestVm.DISK, epoch));
  }

  public TestAttach attach(ExportName export) {
    return new TestAttach(transport.eventLoops(), server.nbdAddress(), export);
  }

  public ArbiterClient arbiter() {
    return arbiter(TestVm.NAME);
  }

  public ArbiterClient arbiter(String vm) {
    ArbiterClient client = new ArbiterClient(vm);
    transport.dial(
        server.arbiterAddress(), new ArbiterReplyCodec(), new ArbiterRequestCodec(), client);
    return client;
  }

  public static Member member(long id) {
    return new Member(new ReplicaId(0, id), "localhost:1", "localhost:2");
  }

  /** Starts the guest: {@code replica} is live afterwards. */
  public long start(ArbiterClient arbiter, long replica) {
    return arbiter.start(replica);
  }

  public static long granted(ArbiterReply reply) {
    if (reply instanceof ArbiterReply.Granted granted) {
      return granted.record().epoch();
    }
    throw new AssertionError("not granted: " + reply);
  }

  @Override
  public void close() {
    transport.close();
    server.close();
  }

  /** Asks the arbiter and waits. */
  public static final class ArbiterClient implements MessageListener<ArbiterReply, ArbiterRequest> {
    private static final long PATIENCE_SECONDS = 10;
    private final BlockingQueue<MessageChannel<ArbiterRequest>> channels =
        new LinkedBlockingQueue<>();
    public final BlockingQueue<ArbiterReply> replies = new LinkedBlockingQueue<>();
    public final BlockingQueue<String> ends = new LinkedBlockingQueue<>();
    private final String vm;
    private @Nullable MessageChannel<ArbiterRequest> channel;

    public ArbiterClient() {
      this(TestVm.NAME);
    }

    /**
     * @param vm about which it asks
     */
    public ArbiterClient(String vm) {
      this.vm = vm;
    }

    @Override
    public void opened(MessageChannel<ArbiterRequest> opened) {
      opened.send(new ArbiterRequest.Hello(vm));
      channels.add(opened);
    }

    @Override
    public void received(MessageChannel<ArbiterRequest> from, ArbiterReply reply) {
      if (!(reply instanceof ArbiterReply.Hello)) {
        replies.add(reply);
      }
    }

    @Override
    public void closed(String reason) {
      ends.add(reason);
    }

    public void send(ArbiterRequest request) {
      MessageChannel<ArbiterRequest> to = channel;
      if (to == null) {
        to = take(channels);
        channel = to;
      }
      to.send(request);
    }

    public ArbiterReply ask(ArbiterRequest request) {
      send(request);
      return take(replies);
    }

    public ArbiterReply next() {
      return take(replies);
    }

    /** Waits for the answer; empty if the connection ends without one. */
    public Optional<ArbiterReply> awaitEndOrReply() {
      for (int tries = 0; tries < PATIENCE_SECONDS * 100; tries++) {
        ArbiterReply reply = replies.poll();
        if (reply != null || !ends.isEmpty()) {
          return Optional.ofNullable(reply);
        }
        try {
          Thread.sleep(10);
        } catch (InterruptedException e) {
          throw new AssertionError(e);
        }
      }
      throw new AssertionError("neither an answer nor an end");
    }

    /** The current epoch, learned from a refusal: a claim that nobody can win. */
    long epoch() {
      ArbiterReply reply = ask(new ArbiterRequest.Claim(TestVm.NAME, member(Long.MAX_VALUE), 0, 0));
      return reply instanceof ArbiterReply.Refused refused
          ? refused.record().epoch()
          : OptionalLong.empty().orElseThrow();
    }

    /** Starts the guest: {@code replica} is live afterwards, at the epoch that is returned. */
    long start(long replica) {
      return granted(ask(new ArbiterRequest.Start(TestVm.NAME, member(replica), epoch(), replica)));
    }

    private <T> T take(BlockingQueue<T> queue) {
      try {
        T taken = queue.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (taken == null) {
          throw new AssertionError("nothing came in time; ends: " + ends);
        }
        return taken;
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }
}
