package lockstep.ft.nbd;

import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import lockstep.ft.machine.Bytes;
import lockstep.ft.machine.DiskStatus;

/**
 * An attach for a thread that may wait: keeps a window of requests open, and turns every failure
 * into an {@link IOException}. Used by one thread.
 */
final class BlockingAttach implements AutoCloseable {
  private static final int OPEN_REQUESTS_MAX = 8;
  private static final long SILENCE_MILLIS_MAX = 60_000;

  /** Takes the data of a READ; its token is the offset. */
  @FunctionalInterface
  interface ReadSink {
    void accept(long offset, Bytes data) throws IOException;
  }

  private final BlockingQueue<NbdEvent> events = new LinkedBlockingQueue<>();
  private final NbdClient client;
  private final String export;
  private final ExportInfo info;
  private int open;
  private ReadSink reads = (_, _) -> {};

  BlockingAttach(EventLoopGroup group, InetSocketAddress server, String export) throws IOException {
    this.export = export;
    this.client = NbdClient.attach(group, server, export, events::add);
    try {
      this.info =
          switch (next()) {
            case NbdEvent.Attached attached -> attached.export();
            case NbdEvent.Completed _ -> throw new IOException("an answer before the attach");
            case NbdEvent.Fenced(String reason) -> throw new IOException(reason);
            case NbdEvent.Refused(String reason) -> throw new IOException(reason);
            case NbdEvent.Lost(String reason) -> throw new IOException(reason);
          };
    } catch (IOException e) {
      client.close();
      throw e;
    }
  }

  ExportInfo info() {
    return info;
  }

  void onRead(ReadSink sink) {
    this.reads = sink;
  }

  /** Sends a request; waits first while the window is full. */
  void submit(NbdRequest request) throws IOException {
    while (open >= OPEN_REQUESTS_MAX) {
      await();
    }
    client.submit(request);
    open++;
  }

  /** Waits until every request has been answered. */
  void drain() throws IOException {
    while (open > 0) {
      await();
    }
  }

  private void await() throws IOException {
    switch (next()) {
      case NbdEvent.Attached _ -> throw new IOException(export + " attached twice");
      case NbdEvent.Completed(long token, DiskStatus status, Bytes data) -> {
        open--;
        if (status != DiskStatus.OK) {
          throw new IOException(export + ": the server answered " + status);
        }
        if (data.length() > 0) {
          reads.accept(token, data);
        }
      }
      case NbdEvent.Fenced(String reason) -> throw new IOException(export + ": " + reason);
      case NbdEvent.Refused(String reason) -> throw new IOException(export + ": " + reason);
      case NbdEvent.Lost(String reason) -> throw new IOException(export + ": " + reason);
    }
  }

  private NbdEvent next() throws IOException {
    try {
      NbdEvent event = events.poll(SILENCE_MILLIS_MAX, TimeUnit.MILLISECONDS);
      if (event == null) {
        throw new IOException(export + ": no answer in " + SILENCE_MILLIS_MAX + " ms");
      }
      return event;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException(export + ": interrupted");
    }
  }

  @Override
  public void close() {
    client.close();
  }
}
