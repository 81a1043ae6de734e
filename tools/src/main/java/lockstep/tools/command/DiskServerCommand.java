package lockstep.tools.command;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import lockstep.disk.DiskServer;
import lockstep.disk.DiskServerOptions;
import lockstep.ft.net.Endpoints;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code lockstep disk-server}: the guests' disks, and the arbiter. */
@Command(
    name = "disk-server",
    description = {
      "Serves the guests' disks over NBD, and the arbiter that decides who may go live. Keeps both,",
      "and every VM's definition, kernel and initramfs, in one data directory.",
      "",
      "A plain NBD client (qemu-img, nbdcopy) gets VM/DISK while no VMM holds it, and read-only",
      "while one does. There is no authentication: keep its ports on a network you trust."
    },
    footer = {
      "",
      "Example:",
      "  lockstep disk-server --data /var/lib/lockstep --listen 0.0.0.0",
      "  nbdinfo nbd://disk.example/web/root"
    })
public final class DiskServerCommand implements Callable<Integer> {
  @Option(
      names = "--data",
      required = true,
      paramLabel = "DIR",
      description = "Where everything is kept; made if it is missing.")
  private Path data = Path.of("data");

  @Option(
      names = "--listen",
      paramLabel = "ADDRESS",
      defaultValue = "127.0.0.1",
      description = "Where to listen (default: ${DEFAULT-VALUE}).")
  private String listen = "";

  @Option(
      names = "--nbd-port",
      paramLabel = "PORT",
      defaultValue = "10809",
      description = "Disks; 0 takes a free port (default: ${DEFAULT-VALUE}).")
  private int nbdPort;

  @Option(
      names = "--arbiter-port",
      paramLabel = "PORT",
      defaultValue = "10810",
      description = "The arbiter; 0 takes a free port (default: ${DEFAULT-VALUE}).")
  private int arbiterPort;

  @Option(
      names = "--http-port",
      paramLabel = "PORT",
      defaultValue = "10811",
      description =
          "Definitions, blobs, /metrics, /healthz, /status; 0 takes a free port"
              + " (default: ${DEFAULT-VALUE}).")
  private int httpPort;

  @Option(
      names = "--lease",
      paramLabel = "SECONDS",
      defaultValue = "30",
      description = {
        "When both replicas of a guest are gone, it can be started anew after so long",
        "(default: ${DEFAULT-VALUE})."
      })
  private long leaseSeconds;

  @Override
  public Integer call() throws IOException, InterruptedException {
    DiskServerOptions options =
        new DiskServerOptions(
            data,
            Endpoints.parse(listen, nbdPort),
            Endpoints.parse(listen, arbiterPort),
            Endpoints.parse(listen, httpPort),
            Duration.ofSeconds(leaseSeconds).toMillis());
    UntilTerminated.serve(DiskServer.start(options));
    return 0;
  }
}
