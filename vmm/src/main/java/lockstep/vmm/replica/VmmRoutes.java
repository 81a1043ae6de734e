package lockstep.vmm.replica;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import lockstep.ft.core.Replica;
import lockstep.ft.core.ReplicaEvent;
import lockstep.ft.ops.OpsServer;

/**
 * A VMM's own HTTP routes, beside {@code /metrics}, {@code /healthz} and {@code /status}:
 *
 * <ul>
 *   <li>{@code GET /console}: what the guest's console has lately written
 *   <li>{@code POST /power-button}: asks the guest to shut down
 *   <li>{@code POST /hash}: puts a state hash into the log now
 *   <li>{@code POST /suspend}: saves a guest that runs alone, from which replicas can start again,
 *       and stops it; answers with the file's path
 * </ul>
 */
final class VmmRoutes {
  private static final long SUSPEND_TIMEOUT_SECONDS = 120;

  private final Inbox inbox;
  private final GuestThread guest;
  private final Replica replica;
  private final Keeping keeping;

  private VmmRoutes(Inbox inbox, GuestThread guest, Replica replica, Keeping keeping) {
    this.inbox = inbox;
    this.guest = guest;
    this.replica = replica;
    this.keeping = keeping;
  }

  static void install(
      OpsServer ops,
      Inbox inbox,
      GuestThread guest,
      ConsoleServer console,
      Replica replica,
      Keeping keeping) {
    VmmRoutes routes = new VmmRoutes(inbox, guest, replica, keeping);
    ops.route("/console", exchange -> sendConsole(exchange, console.recent()));
    ops.route("/power-button", exchange -> routes.post(exchange, new ReplicaEvent.PowerButton()));
    ops.route("/hash", exchange -> routes.post(exchange, new ReplicaEvent.HashCheckWanted()));
    ops.route("/suspend", routes::suspend);
  }

  private static void sendConsole(HttpExchange exchange, byte[] recent) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", "application/octet-stream");
    exchange.sendResponseHeaders(200, recent.length == 0 ? -1 : recent.length);
    exchange.getResponseBody().write(recent);
  }

  private void post(HttpExchange exchange, ReplicaEvent event) throws IOException {
    if (isPost(exchange)) {
      inbox.put(event);
      OpsServer.text(exchange, 202, "on its way");
    }
  }

  private void suspend(HttpExchange exchange) throws IOException {
    if (!isPost(exchange)) {
      return;
    }
    CompletableFuture<Path> saved = new CompletableFuture<>();
    inbox.put(
        () -> {
          try {
            Path file = keeping.saveForStart(replica);
            guest.handle(new ReplicaEvent.Suspend()); // before the guest runs on
            saved.complete(file);
          } catch (IOException | IllegalStateException e) {
            saved.completeExceptionally(e);
          }
        });
    try {
      OpsServer.text(
          exchange, 200, saved.get(SUSPEND_TIMEOUT_SECONDS, TimeUnit.SECONDS).toString());
    } catch (ExecutionException e) {
      OpsServer.text(exchange, 409, String.valueOf(e.getMessage()));
    } catch (TimeoutException _) {
      OpsServer.text(exchange, 504, "the guest's thread did not answer");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private static boolean isPost(HttpExchange exchange) throws IOException {
    if (exchange.getRequestMethod().equals("POST")) {
      return true;
    }
    OpsServer.text(exchange, 405, "POST only");
    return false;
  }
}
