package lockstep.disk.nbd;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.nio.channels.spi.SelectorProvider;
import java.util.HashMap;
import java.util.Map;

/**
 * A thread for each connection: a connection waits for the storage on its own thread and holds up
 * no other.
 */
final class ConnectionLoops extends MultiThreadIoEventLoopGroup {
  /** How many connections each loop has been given that have not ended. Guarded by itself. */
  private final Map<EventExecutor, Integer> connections = new HashMap<>();

  /**
   * @param count of threads, which start when they get their first connection
   */
  ConnectionLoops(int count) {
    super(
        count,
        new DefaultThreadFactory("nbd", true),
        NioIoHandler.newFactory(SelectorProvider.provider(), PatientSelect::new));
  }

  /** The one with the fewest connections. */
  @Override
  public IoEventLoop next() {
    synchronized (connections) {
      EventExecutor least = super.next();
      for (EventExecutor loop : this) {
        if (connections.getOrDefault(loop, 0) < connections.getOrDefault(least, 0)) {
          least = loop;
        }
      }
      connections.merge(least, 1, Integer::sum);
      return (IoEventLoop) least;
    }
  }

  /** A connection that was registered here gives its place back when it ends. */
  void watch(Channel channel) {
    EventLoop loop = channel.eventLoop();
    channel
        .closeFuture()
        .addListener(
            _ -> {
              synchronized (connections) {
                connections.merge(loop, -1, Integer::sum);
              }
            });
  }
}
