package lockstep.disk;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.netty.channel.EventLoopGroup;
import java.net.InetSocketAddress;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import lockstep.ft.machine.Bytes;
import lockstep.ft.machine.DiskStatus;
import lockstep.ft.nbd.ExportInfo;
import lockstep.ft.nbd.ExportName;
import lockstep.ft.nbd.NbdClient;
import lockstep.ft.nbd.NbdEvent;
import lockstep.ft.nbd.NbdRequest;

/** An attach whose answers a test waits for, one request at a time. */
public final class TestAttach implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 30;

  public final BlockingQueue<NbdEvent> events = new LinkedBlockingQueue<>();
  public final NbdClient client;

  public TestAttach(EventLoopGroup group, InetSocketAddress server, ExportName export) {
    client = NbdClient.attach(group, server, export.toString(), events::add);
  }

  public NbdEvent next() {
    try {
      NbdEvent event = events.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      assertNotNull(event, "nothing was told in time");
      return event;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Waits for the attach to be answered. */
  public ExportInfo attached() {
    return next() instanceof NbdEvent.Attached(ExportInfo export) ? export : fail("not attached");
  }

  public NbdEvent call(NbdRequest request) {
    client.submit(request);
    return next();
  }

  public DiskStatus status(NbdRequest request) {
    return call(request) instanceof NbdEvent.Completed(_, DiskStatus status, _)
        ? status
        : fail("no answer to " + request);
  }

  public byte[] read(long offset, int length) {
    NbdEvent event = call(NbdRequest.read(0, offset, length));
    if (event instanceof NbdEvent.Completed(_, DiskStatus status, Bytes data)
        && status == DiskStatus.OK) {
      return data.array();
    }
    throw new AssertionError("read failed: " + event);
  }

  private static <T> T fail(String message) {
    throw new AssertionError(message);
  }

  @Override
  public void close() {
    client.close();
  }
}
