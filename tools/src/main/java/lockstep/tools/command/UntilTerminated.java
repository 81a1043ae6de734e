package lockstep.tools.command;

import java.util.concurrent.CountDownLatch;

/** Lets a server serve until the process is asked to end, then closes it. */
final class UntilTerminated {
  private UntilTerminated() {}

  static void serve(AutoCloseable server) throws InterruptedException {
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform()
                .name("shutdown")
                .unstarted(
                    () -> {
                      try {
                        server.close();
                      } catch (Exception e) {
                        throw new IllegalStateException("the server did not close", e);
                      }
                    }));
    new CountDownLatch(1).await();
  }
}
