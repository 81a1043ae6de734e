package lockstep.vmm.replica;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
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
 *   <li>{@code POST /switch}: switches the roles of this replica, the primary, and its backup
 *   <li>{@code POST /pause}, {@code POST /resume}: stops and continues the guest, with its clock
 *   <li>{@code POST /reset}: ends the guest, to be started anew
 *   <li>{@code POST /power-off}: ends the guest at once, for good
 *   <li>{@code POST /suspend}: saves a guest that runs alone, from which replicas can start again,
 *       and stops it; answers with the file's path
 * </ul>
 */
final class VmmRoutes {
  private static final long ANSWER_TIMEOUT_SECONDS = 120;

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
    ops.route("/switch", exchange -> routes.control(exchange, new ReplicaEvent.SwitchWanted()));
    ops.route("/pause", exchange -> routes.control(exchange, new ReplicaEvent.PauseWanted()));
    ops.route("/resume", exchange -> routes.control(exchange, new ReplicaEvent.ResumeWanted()));
    ops.route("/reset", exchange -> routes.control(exchange, new ReplicaEvent.ResetWanted()));
    ops.route(
        "/power-off", exchange -> routes.control(exchange, new ReplicaEvent.SwitchOffWanted()));
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
    onGuestThread(
        exchange,
        200,
        () -> {
          Path file = keeping.saveForStart(replica);
          guest.handle(new ReplicaEvent.Suspend()); // before the guest runs on
          return file.toString();
        });
  }

  /** Accepted if the replica can do it now; what comes of it shows in its status. */
  private void control(HttpExchange exchange, ReplicaEvent.Control control) throws IOException {
    onGuestThread(
        exchange,
        202,
        () -> {
          Optional<String> refusal = replica.refusal(control);
          if (refusal.isPresent()) {
            throw new IllegalStateException(refusal.get());
          }
          guest.handle(control);
          return "on its way";
        });
  }

  /** Work that the guest's thread does between two slices. */
  @FunctionalInterface
  private interface Work {
    /**
     * @return the answer
     * @throws IllegalStateException if the replica is not in the state for it
     */
    String run() throws IOException;
  }

  private void onGuestThread(HttpExchange exchange, int accepted, Work work) throws IOException {
    if (!isPost(exchange)) {
      return;
    }
    CompletableFuture<String> done = new CompletableFuture<>();
    inbox.put(
        () -> {
          try {
            done.complete(work.run());
          } catch (IOException | IllegalStateException e) {
            done.completeExceptionally(e);
          }
        });
    try {
      OpsServer.text(exchange, accepted, done.get(ANSWER_TIMEOUT_SECONDS, TimeUnit.SECONDS));
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      OpsServer.text(exchange, 409, String.valueOf(cause.getMessage()));
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
