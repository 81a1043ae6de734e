package lockstep.disk.nbd;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.List;
import lockstep.disk.store.BlockStore;
import lockstep.disk.store.DiskReader;

/**
 * A store of which a test hears whenever a disk is touched, before it is, and when it was changed.
 */
public final class WatchedStore {
  /** May wait, and may fail in place of the store. */
  @FunctionalInterface
  public interface Watcher {
    /**
     * @param method of {@link BlockStore} or {@link DiskReader}
     */
    void touching(String method) throws IOException;

    /** The store has applied these changes. */
    default void applied(List<BlockStore.Change> changes) {}
  }

  private WatchedStore() {}

  public static BlockStore watched(BlockStore store, Watcher watcher) {
    return (BlockStore)
        Proxy.newProxyInstance(
            BlockStore.class.getClassLoader(),
            new Class<?>[] {BlockStore.class},
            (_, method, arguments) -> {
              watcher.touching(method.getName());
              Object result = call(store, method, arguments);
              if (method.getName().equals("apply")) {
                watcher.applied(changes(arguments));
              }
              return result instanceof DiskReader reader ? new Reader(reader, watcher) : result;
            });
  }

  private static List<BlockStore.Change> changes(Object[] ofApply) {
    return ((List<?>) ofApply[1]).stream().map(BlockStore.Change.class::cast).toList();
  }

  private static Object call(BlockStore store, Method method, Object[] arguments) throws Throwable {
    try {
      return method.invoke(store, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private record Reader(DiskReader reader, Watcher watcher) implements DiskReader {
    @Override
    public void read(long offset, ByteBuffer target) throws IOException {
      watcher.touching("read");
      reader.read(offset, target);
    }

    @Override
    public List<Extent> extents(long offset, long length, int countMax) throws IOException {
      watcher.touching("extents");
      return reader.extents(offset, length, countMax);
    }

    @Override
    public void prefetch(long offset, long length) throws IOException {
      watcher.touching("prefetch");
      reader.prefetch(offset, length);
    }

    @Override
    public void close() {
      reader.close();
    }
  }
}
