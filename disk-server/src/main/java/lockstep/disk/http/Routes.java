package lockstep.disk.http;

import static java.net.HttpURLConnection.HTTP_BAD_METHOD;
import static java.net.HttpURLConnection.HTTP_BAD_REQUEST;
import static java.net.HttpURLConnection.HTTP_CONFLICT;
import static java.net.HttpURLConnection.HTTP_CREATED;
import static java.net.HttpURLConnection.HTTP_ENTITY_TOO_LARGE;
import static java.net.HttpURLConnection.HTTP_NOT_FOUND;
import static java.net.HttpURLConnection.HTTP_OK;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import lockstep.disk.vm.Vm;
import lockstep.disk.vm.Vms;
import lockstep.ft.definition.DefinitionCodec;
import lockstep.ft.definition.InvalidDefinitionException;
import lockstep.ft.definition.VmDefinition;
import lockstep.ft.ops.OpsServer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The routes {@code /vms} and {@code /blobs}. */
public final class Routes {
  private static final Logger LOG = LoggerFactory.getLogger(Routes.class);
  private static final int DEFINITION_BYTES_MAX = 64 << 10;

  private final Vms vms;
  private final Blobs blobs;

  public Routes(Vms vms, Blobs blobs) {
    this.vms = vms;
    this.blobs = blobs;
  }

  public void addTo(OpsServer server) {
    server.route("/vms", exchange -> vms(exchange, below(exchange, "/vms")));
    server.route("/blobs", exchange -> blobs(exchange, below(exchange, "/blobs")));
  }

  /** The path behind {@code prefix} and a slash; empty if there is none. */
  private static String below(HttpExchange exchange, String prefix) {
    String rest = exchange.getRequestURI().getPath().substring(prefix.length());
    return rest.startsWith("/") ? rest.substring(1) : rest;
  }

  private void vms(HttpExchange exchange, String name) throws IOException {
    String method = exchange.getRequestMethod();
    if (name.isEmpty()) {
      if (reads(method)) {
        OpsServer.json(exchange, HTTP_OK, vms.all().stream().map(Vm::name).toList());
      } else {
        OpsServer.text(exchange, HTTP_BAD_METHOD, "PUT a definition to /vms/NAME");
      }
    } else if (reads(method)) {
      Optional<Vm> vm = vms.get(name);
      if (vm.isEmpty()) {
        OpsServer.text(exchange, HTTP_NOT_FOUND, "no such VM is defined: " + name);
      } else {
        answerJson(exchange, HTTP_OK, DefinitionCodec.toJson(vm.get().definition().orElseThrow()));
      }
    } else if (method.equals("PUT")) {
      define(exchange, name);
    } else {
      OpsServer.text(exchange, HTTP_BAD_METHOD, "GET or PUT");
    }
  }

  /** {@code PUT /vms/NAME}, or {@code PUT /vms/NAME?depose=EPOCH}. */
  private void define(HttpExchange exchange, String name) throws IOException {
    byte[] body = exchange.getRequestBody().readNBytes(DEFINITION_BYTES_MAX + 1);
    if (body.length > DEFINITION_BYTES_MAX) {
      OpsServer.text(exchange, HTTP_ENTITY_TOO_LARGE, "at most " + DEFINITION_BYTES_MAX + " bytes");
      return;
    }
    VmDefinition definition;
    try {
      definition = DefinitionCodec.fromJson(new String(body, StandardCharsets.UTF_8));
    } catch (InvalidDefinitionException e) {
      OpsServer.text(exchange, HTTP_BAD_REQUEST, String.valueOf(e.getMessage()));
      return;
    }
    if (!definition.name().equals(name)) {
      OpsServer.text(exchange, HTTP_BAD_REQUEST, "the definition names " + definition.name());
      return;
    }
    OptionalLong depose;
    try {
      depose = Query.of(exchange).number("depose");
    } catch (BadRequestException e) {
      OpsServer.text(exchange, HTTP_BAD_REQUEST, e.reason());
      return;
    }
    switch (vms.define(definition, depose)) {
      case Vms.Defining.Done(VmDefinition defined, boolean changed) ->
          answerJson(exchange, changed ? HTTP_CREATED : HTTP_OK, DefinitionCodec.toJson(defined));
      case Vms.Defining.Conflict(String reason) -> OpsServer.text(exchange, HTTP_CONFLICT, reason);
    }
  }

  private void blobs(HttpExchange exchange, String digest) throws IOException {
    String method = exchange.getRequestMethod();
    if (!Blobs.isDigest(digest)) {
      OpsServer.text(exchange, HTTP_NOT_FOUND, "a blob is named by 64 hexadecimal digits");
    } else if (reads(method)) {
      Optional<Path> file = blobs.find(digest);
      if (file.isEmpty()) {
        OpsServer.text(exchange, HTTP_NOT_FOUND, "no such blob: " + digest);
      } else {
        sendFile(exchange, file.get());
      }
    } else if (method.equals("PUT")) {
      try {
        blobs.store(digest, exchange.getRequestBody());
        LOG.info("blob={} stored", digest);
        OpsServer.text(exchange, HTTP_CREATED, "stored");
      } catch (Blobs.NotThatBlobException e) {
        OpsServer.text(exchange, HTTP_BAD_REQUEST, String.valueOf(e.getMessage()));
      }
    } else {
      OpsServer.text(exchange, HTTP_BAD_METHOD, "GET, HEAD or PUT");
    }
  }

  private static void sendFile(HttpExchange exchange, Path file) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", "application/octet-stream");
    long size = Files.size(file);
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.getResponseHeaders().set("Content-Length", Long.toString(size));
      exchange.sendResponseHeaders(HTTP_OK, -1);
      return;
    }
    // The JDK's server takes 0 for "of unknown length".
    exchange.sendResponseHeaders(HTTP_OK, size == 0 ? -1 : size);
    try (OutputStream out = exchange.getResponseBody()) {
      Files.copy(file, out);
    }
  }

  private static void answerJson(HttpExchange exchange, int code, String json) throws IOException {
    byte[] body = json.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    boolean head = exchange.getRequestMethod().equals("HEAD");
    exchange.sendResponseHeaders(code, head ? -1 : body.length);
    if (!head) {
      exchange.getResponseBody().write(body);
    }
  }

  private static boolean reads(String method) {
    return method.equals("GET") || method.equals("HEAD");
  }
}
