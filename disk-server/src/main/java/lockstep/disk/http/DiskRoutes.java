package lockstep.disk.http;

import static java.net.HttpURLConnection.HTTP_BAD_METHOD;
import static java.net.HttpURLConnection.HTTP_BAD_REQUEST;
import static java.net.HttpURLConnection.HTTP_CONFLICT;
import static java.net.HttpURLConnection.HTTP_CREATED;
import static java.net.HttpURLConnection.HTTP_NOT_FOUND;
import static java.net.HttpURLConnection.HTTP_OK;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.util.ArrayList;
import java.util.List;
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

  @FunctionalInterface
  private interface Action {
    void run() throws IOException, DiskRefusedException, BadRequestException;
  }

  private static void answered(HttpExchange exchange, Action action) throws IOException {
    try {
      action.run();
    } catch (BadRequestException e) {
      OpsServer.text(exchange, HTTP_BAD_REQUEST, e.reason());
    } catch (DiskRefusedException e) {
      OpsServer.text(exchange, e.isUnknown() ? HTTP_NOT_FOUND : HTTP_CONFLICT, e.reason());
    } catch (lockstep.disk.store.NoSpaceException e) {
      OpsServer.text(exchange, INSUFFICIENT_STORAGE, String.valueOf(e.getMessage()));
    } catch (FileAlreadyExistsException e) {
      OpsServer.text(exchange, HTTP_CONFLICT, e.getFile() + " is there already");
    }
  }

  private void disks(HttpExchange exchange)
      throws IOException, DiskRefusedException, BadRequestException {
    List<String> path = path(exchange);
    Query query = Query.of(exchange);
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
    OpsServer.json(exchange, HTTP_OK, all);
  }

  private void disk(HttpExchange exchange, String vm, String name, Query query)
      throws IOException, DiskRefusedException, BadRequestException {
    switch (exchange.getRequestMethod()) {
      case "GET", "HEAD" -> OpsServer.json(exchange, HTTP_OK, status(known(vm, name)));
      case "PUT" -> make(exchange, vm, name, query);
      case "POST" -> change(exchange, known(vm, name), query);
      case "DELETE" -> {
        keeper.delete(known(vm, name));
        OpsServer.text(exchange, HTTP_OK, "deleted");
      }
      default -> OpsServer.text(exchange, HTTP_BAD_METHOD, "GET, PUT, POST or DELETE");
    }
  }

  /** {@code ?size=BYTES}, or {@code ?from=VM/DISK} or {@code ?from=VM/DISK@SNAPSHOT}. */
  private void make(HttpExchange exchange, String vm, String name, Query query)
      throws IOException, DiskRefusedException, BadRequestException {
    Disk made;
    if (query.has("from")) {
      ExportName from = query.export("from");
      made = keeper.copy(known(from.vm(), from.disk()), from.snapshot(), vm, name);
    } else {
      made = keeper.create(vm, name, query.bytes("size"));
    }
    OpsServer.json(exchange, HTTP_CREATED, status(made));
  }

  /** {@code ?size=BYTES}, {@code ?rename=VM/DISK} or {@code ?replace-by=VM/DISK}. */
  private void change(HttpExchange exchange, Disk disk, Query query)
      throws IOException, DiskRefusedException, BadRequestException {
    Disk changed;
    if (query.has("replace-by")) {
      ExportName by = query.export("replace-by");
      changed = keeper.replace(disk, known(by.vm(), by.disk()));
    } else if (query.has("rename")) {
      ExportName to = query.export("rename");
      changed = keeper.rename(disk, to.vm(), to.disk());
    } else {
      changed = keeper.resize(disk, query.bytes("size"));
    }
    OpsServer.json(exchange, HTTP_OK, status(changed));
  }

  /** PUT takes it, POST rolls the disk back to it, DELETE forgets it. */
  private void snapshot(HttpExchange exchange, Disk disk, String snapshot)
      throws IOException, DiskRefusedException {
    switch (exchange.getRequestMethod()) {
      case "PUT" -> OpsServer.json(exchange, HTTP_CREATED, status(keeper.snapshot(disk, snapshot)));
      case "POST" -> OpsServer.json(exchange, HTTP_OK, status(keeper.rollBack(disk, snapshot)));
      case "DELETE" ->
          OpsServer.json(exchange, HTTP_OK, status(keeper.deleteSnapshot(disk, snapshot)));
      default -> OpsServer.text(exchange, HTTP_BAD_METHOD, "PUT, POST or DELETE");
    }
  }

  /** {@code POST /checkpoints/NAME}; answers with the directory. */
  private void checkpoint(HttpExchange exchange) throws IOException, BadRequestException {
    List<String> path = path(exchange);
    if (path.size() != 2 || !CHECKPOINT_NAME.matcher(path.get(1)).matches()) {
      throw new BadRequestException("/checkpoints/NAME, of letters, digits, - and _");
    }
    if (!exchange.getRequestMethod().equals("POST")) {
      OpsServer.text(exchange, HTTP_BAD_METHOD, "POST");
      return;
    }
    synchronized (disks) {
      OpsServer.text(exchange, HTTP_CREATED, data.checkpoint(path.get(1)).toString());
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
}
