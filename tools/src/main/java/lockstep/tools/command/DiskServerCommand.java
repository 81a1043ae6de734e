package lockstep.tools.command;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import lockstep.disk.DiskServer;
import lockstep.disk.DiskServerOptions;
import lockstep.disk.TlsOptions;
import lockstep.disk.store.StoreKind;
import lockstep.ft.arbiter.ArbiterRules;
import lockstep.ft.net.Endpoints;
import lockstep.tools.BadValueException;
import lockstep.tools.HostName;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code lockstep disk-server}: the guests' disks, and the arbiter. */
@Command(
    name = "disk-server",
    description = {
      "Serves the guests' disks over NBD, and the arbiter that decides who may go live. Keeps"
          + " both, and every VM's definition, kernel and initramfs, in one data directory.",
      "",
      "A plain NBD client (qemu-img, nbdcopy) gets VM/DISK while no VMM holds it, and read-only"
          + " while one does. There is no authentication: keep its ports on a network you trust.",
      "",
      "Takes no --state: what it keeps is in --data."
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
      converter = HostName.class,
      description = "Where to listen (default: ${DEFAULT-VALUE}).")
  private String listen = "";

  @Option(
      names = "--nbd-port",
      paramLabel = "PORT",
      defaultValue = "" + DiskServerOptions.NBD_PORT,
      description = "Disks; 0 takes a free port (default: ${DEFAULT-VALUE}).")
  private int nbdPort;

  @Option(
      names = "--arbiter-port",
      paramLabel = "PORT",
      defaultValue = "" + DiskServerOptions.ARBITER_PORT,
      description = "The arbiter; 0 takes a free port (default: ${DEFAULT-VALUE}).")
  private int arbiterPort;

  @Option(
      names = "--http-port",
      paramLabel = "PORT",
      defaultValue = "" + DiskServerOptions.HTTP_PORT,
      description =
          "Definitions, blobs, /metrics, /healthz, /status; 0 takes a free port"
              + " (default: ${DEFAULT-VALUE}).")
  private int httpPort;

  @Option(
      names = "--store",
      paramLabel = "KIND",
      description = {
        "How disks are kept: rocksdb (thin, checksums, snapshots at once) or file (a preallocated",
        "file for each). Decided when DIR is made (default: rocksdb)."
      })
  private Optional<StoreKind> store = Optional.empty();

  @Option(
      names = "--store-memory",
      paramLabel = "MIB",
      defaultValue = "160",
      description = "What RocksDB's buffers and caches may take (default: ${DEFAULT-VALUE}).")
  private long memoryMebibytes;

  @Option(
      names = "--tls-cert",
      paramLabel = "PEM",
      description = "Certificate chain: NBD clients may use TLS then.")
  private @Nullable Path tlsCertificate;

  @Option(
      names = "--tls-key",
      paramLabel = "PEM",
      description = "Its private key, PKCS #8, not encrypted.")
  private @Nullable Path tlsKey;

  @Option(
      names = "--tls-client-ca",
      paramLabel = "PEM",
      description = "TLS clients need a certificate signed by one of these.")
  private @Nullable Path tlsClientAuthority;

  @Option(
      names = "--tls-required",
      description = "Refuse NBD clients without TLS; VMMs too, which do not speak it.")
  private boolean tlsRequired;

  @Option(
      names = "--lease",
      paramLabel = "SECONDS",
      defaultValue = "" + ArbiterRules.LEASE_MILLIS_DEFAULT / 1000,
      description = {
        "When both replicas of a guest are gone, it can be started anew after so long",
        "(default: ${DEFAULT-VALUE})."
      })
  private long leaseSeconds;

  private Optional<TlsOptions> tls() throws IOException {
    if (tlsCertificate == null || tlsKey == null) {
      if (tlsCertificate != null || tlsKey != null || tlsRequired) {
        throw new BadValueException("TLS needs both --tls-cert and --tls-key");
      }
      return Optional.empty();
    }
    return Optional.of(
        new TlsOptions(
            tlsCertificate, tlsKey, Optional.ofNullable(tlsClientAuthority), tlsRequired));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    DiskServerOptions options =
        new DiskServerOptions(
            data,
            store,
            memoryMebibytes << 20,
            Endpoints.parse(listen, nbdPort),
            tls(),
            Endpoints.parse(listen, arbiterPort),
            Endpoints.parse(listen, httpPort),
            Duration.ofSeconds(leaseSeconds).toMillis());
    UntilTerminated.serve(DiskServer.start(options));
    return 0;
  }
}
