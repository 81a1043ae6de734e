package lockstep.disk.http;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import lockstep.disk.DiskServerStatus;
import lockstep.disk.store.DataDirectory;
import lockstep.disk.vm.Disk;
import lockstep.disk.vm.DiskKeeper;
import lockstep.disk.vm.DiskRefusedException;
import lockstep.disk.vm.Disks;
import lockstep.disk.vm.Vms;
import lockstep.ft.nbd.ExportName;
import lockstep.ft.ops.OpsServer;

/** The routes {@code /disks} and {@code /checkpoints}. */
public final class DiskRoutes {
  private static final int OK = 200;
  private static final int CREATED = 201;
  private static final int BAD_REQUEST = 400;
  private static final int NOT_FOUND = 404;
  private static final int METHOD_NOT_ALLOWED = 405;
  private static final int CONFLICT = 409;
  private static final int INSUFFICIENT_STORAGE = 507;

  private static final Pattern CHECKPOINT_NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");

  private final Vms vms;
  private final Disks disks;
  private final DiskKeeper keeper;
  private final DataDirectory data;

  public DiskRoutes(Vms vms, Disks disks, DiskKeeper keeper, DataDirectory data) {
    this.vms = vms;
    this.disks = disks;
    this.keeper = keeper;
    this.data = data;
  }

  public void addTo(OpsServer server) {
    server.route("/disks", exchange -> answered(exchange, () -> disks(exchange)));
    server.route("/checkpoints", exchange -> answered(exchange, () -> checkpoint(exchange)));
  }

  /** What a request asks for can't be done, and why. */
  private static final class BadRequestException extends Exception {
    private static final long serialVersionUID = 1;

    BadRequestException(String message) {
      super(message);
    }
  }

  @FunctionalInterface
  private interface Action {
    void run() throws IOException, DiskRefusedException, BadRequestException;
  }

  private static void answered(HttpExchange exchange, Action action) throws IOException {
    try {
      action.run();
    } catch (BadRequestException e) {
      OpsServer.text(exchange, BAD_REQUEST, String.valueOf(e.getMessage()));
    } catch (DiskRefusedException e) {
      OpsServer.text(exchange, e.isUnknown() ? NOT_FOUND : CONFLICT, e.reason());
    } catch (lockstep.disk.store.NoSpaceException e) {
      OpsServer.text(exchange, INSUFFICIENT_STORAGE, String.valueOf(e.getMessage()));
    } catch (FileAlreadyExistsException e) {
      OpsServer.text(exchange, CONFLICT, e.getFile() + " is there already");
    }
  }

  private void disks(HttpExchange exchange)
      throws IOException, DiskRefusedException, BadRequestException {
    List<String> path = path(exchange);
    Map<String, String> query = query(exchange);
    switch (path.size()) {
      case 1 -> list(exchange);
      case 3 -> disk(exchange, path.get(1), path.get(2), query);
      case 5 -> {
        if (!path.get(3).equals("snapshots")) {
          throw new BadRequestException("/disks/VM/DISK/snapshots/NAME");
        }
        snapshot(exchange, known(path.get(1), path.get(2)), path.get(4));
      }
      default -> throw new BadRequestException("/disks/VM/DISK or /disks/VM/DISK/snapshots/NAME");
    }
  }

  private void list(HttpExchange exchange) throws IOException {
    List<DiskServerStatus.DiskStatus> all = new ArrayList<>();
    for (Disk disk : disks.all()) {
      all.add(status(disk));
    }
    OpsServer.json(exchange, OK, all);
  }

  private void disk(HttpExchange exchange, String vm, String name, Map<String, String> query)
      throws IOException, DiskRefusedException, BadRequestException {
    switch (exchange.getRequestMethod()) {
      case "GET", "HEAD" -> OpsServer.json(exchange, OK, status(known(vm, name)));
      case "PUT" -> make(exchange, vm, name, query);
      case "POST" -> change(exchange, known(vm, name), query);
      case "DELETE" -> {
        keeper.delete(known(vm, name));
        OpsServer.text(exchange, OK, "deleted");
      }
      default -> OpsServer.text(exchange, METHOD_NOT_ALLOWED, "GET, PUT, POST or DELETE");
    }
  }

  /** {@code ?size=BYTES}, or {@code ?from=VM/DISK} or {@code ?from=VM/DISK@SNAPSHOT}. */
  private void make(HttpExchange exchange, String vm, String name, Map<String, String> query)
      throws IOException, DiskRefusedException, BadRequestException {
    Disk made;
    if (query.containsKey("from")) {
      ExportName from = exportName(query, "from");
      made = keeper.copy(known(from.vm(), from.disk()), from.snapshot(), vm, name);
    } else {
      made = keeper.create(vm, name, bytes(query, "size"));
    }
    OpsServer.json(exchange, CREATED, status(made));
  }

  /** {@code ?size=BYTES}, {@code ?rename=VM/DISK} or {@code ?replace-by=VM/DISK}. */
  private void change(HttpExchange exchange, Disk disk, Map<String, String> query)
      throws IOException, DiskRefusedException, BadRequestException {
    Disk changed;
    if (query.containsKey("replace-by")) {
      ExportName by = exportName(query, "replace-by");
      changed = keeper.replace(disk, known(by.vm(), by.disk()));
    } else if (query.containsKey("rename")) {
      ExportName to = exportName(query, "rename");
      changed = keeper.rename(disk, to.vm(), to.disk());
    } else {
      changed = keeper.resize(disk, bytes(query, "size"));
    }
    OpsServer.json(exchange, OK, status(changed));
  }

  /** PUT takes it, POST rolls the disk back to it, DELETE forgets it. */
  private void snapshot(HttpExchange exchange, Disk disk, String snapshot)
      throws IOException, DiskRefusedException {
    switch (exchange.getRequestMethod()) {
      case "PUT" -> OpsServer.json(exchange, CREATED, status(keeper.snapshot(disk, snapshot)));
      case "POST" -> OpsServer.json(exchange, OK, status(keeper.rollBack(disk, snapshot)));
      case "DELETE" -> OpsServer.json(exchange, OK, status(keeper.deleteSnapshot(disk, snapshot)));
      default -> OpsServer.text(exchange, METHOD_NOT_ALLOWED, "PUT, POST or DELETE");
    }
  }

  /** {@code POST /checkpoints/NAME}; answers with the directory. */
  private void checkpoint(HttpExchange exchange) throws IOException, BadRequestException {
    List<String> path = path(exchange);
    if (path.size() != 2 || !CHECKPOINT_NAME.matcher(path.get(1)).matches()) {
      throw new BadRequestException("/checkpoints/NAME, of letters, digits, - and _");
    }
    if (!exchange.getRequestMethod().equals("POST")) {
      OpsServer.text(exchange, METHOD_NOT_ALLOWED, "POST");
      return;
    }
    synchronized (disks) {
      OpsServer.text(exchange, CREATED, data.checkpoint(path.get(1)).toString());
    }
  }

  private DiskServerStatus.DiskStatus status(Disk disk) throws IOException {
    return DiskServerStatus.of(vms.owner(disk.vm()), disk, disks, data.blocks());
  }

  private Disk known(String vm, String name) throws DiskRefusedException {
    return disks
        .get(vm, name)
        .orElseThrow(() -> DiskRefusedException.unknown("disk: " + vm + "/" + name));
  }

  private static List<String> path(HttpExchange exchange) {
    return List.of(exchange.getRequestURI().getPath().substring(1).split("/"));
  }

  private static Map<String, String> query(HttpExchange exchange) throws BadRequestException {
    Map<String, String> query = new HashMap<>();
    String raw = exchange.getRequestURI().getRawQuery();
    if (raw != null) {
      for (String part : raw.split("&")) {
        int equals = part.indexOf('=');
        if (equals < 0) {
          throw new BadRequestException("not NAME=VALUE: " + part);
        }
        query.put(
            part.substring(0, equals),
            URLDecoder.decode(part.substring(equals + 1), StandardCharsets.UTF_8));
      }
    }
    return query;
  }

  private static ExportName exportName(Map<String, String> query, String name)
      throws BadRequestException {
    Optional<ExportName> parsed = Optional.ofNullable(query.get(name)).flatMap(ExportName::parse);
    return parsed.orElseThrow(() -> new BadRequestException(name + "=VM/DISK"));
  }

  private static long bytes(Map<String, String> query, String name) throws BadRequestException {
    try {
      return Long.parseLong(query.getOrDefault(name, ""));
    } catch (NumberFormatException _) {
      throw new BadRequestException(name + "=BYTES");
    }
  }
}
