package lockstep.ft.net;

import io.netty.resolver.AddressResolver;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.InetNameResolver;
import io.netty.resolver.InetSocketAddressResolver;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;

/**
 * Resolves names as the host does, but not on an I/O thread: a slow name server must not stop the
 * acknowledgements of a log channel.
 */
public final class NameResolvers extends AddressResolverGroup<InetSocketAddress> {
  /** Shared by every dial of the process. */
  public static final NameResolvers OFF_THREAD = new NameResolvers();

  private NameResolvers() {}

  @Override
  protected AddressResolver<InetSocketAddress> newResolver(EventExecutor executor) {
    return new InetSocketAddressResolver(executor, new OffThread(executor));
  }

  private static final class OffThread extends InetNameResolver {
    private OffThread(EventExecutor executor) {
      super(executor);
    }

    @Override
    protected void doResolve(String name, Promise<InetAddress> promise) {
      var _ =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      promise.setSuccess(InetAddress.getByName(name));
                    } catch (UnknownHostException e) {
                      promise.setFailure(e);
                    }
                  });
    }

    @Override
    protected void doResolveAll(String name, Promise<List<InetAddress>> promise) {
      var _ =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      promise.setSuccess(List.of(InetAddress.getAllByName(name)));
                    } catch (UnknownHostException e) {
                      promise.setFailure(e);
                    }
                  });
    }
  }
}
