package lockstep.tools.command;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import lockstep.ft.core.Effect;
import lockstep.ft.core.HaltReason;
import lockstep.ft.core.ReplicaConfig.StartRule;
import lockstep.ft.net.Endpoints;
import lockstep.proxy.ClientProxyOptions;
import lockstep.tools.Endpoint;
import lockstep.tools.HostName;
import lockstep.tools.Lockstep;
import lockstep.vmm.replica.Vmm;
import lockstep.vmm.replica.VmmOptions;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lockstep vmm}: one replica of a VM. */
@Command(
    name = "vmm",
    description = {
      "Runs one replica of a VM. Start it twice or more often, on different hosts: the arbiter"
          + " decides which one is live; another becomes its backup, executes the same guest at"
          + " the same instructions, and goes live when the first one dies; any more wait as"
          + " spares. The guest does not run before its backup is enlisted, unless --alone is"
          + " given.",
      "",
      "It ends with 0 when the guest has switched itself off, with 3 when another replica is live"
          + " in its place, with 4 when it was refused (another version, another definition), and"
          + " with 5 when the guest asks for a reset: started again, it boots the guest anew.",
      "",
      "Takes no --state: what it keeps is on the disk server, and states for inspection in --keep."
    },
    footer = {
      "",
      "Example, on two hosts:",
      "  lockstep vmm --vm web --disk-server disk.example --proxy proxy.example \\",
      "      --listen 0.0.0.0 --advertise $(hostname -f)"
    })
public final class VmmCommand implements Callable<Integer> {
  private static final Logger log = LoggerFactory.getLogger(VmmCommand.class);

  @Option(names = "--vm", required = true, paramLabel = "NAME", description = "Name of the VM.")
  private String vm = "";

  @Mixin private DiskServerAddress diskServer = new DiskServerAddress();

  @Option(
      names = "--proxy",
      paramLabel = "HOST",
      defaultValue = "127.0.0.1",
      converter = HostName.class,
      description = "Host of the client proxy (default: ${DEFAULT-VALUE}).")
  private String proxy = "";

  @Option(
      names = "--proxy-port",
      paramLabel = "PORT",
      defaultValue = "" + ClientProxyOptions.LINK_PORT,
      description = "Its port for replicas (default: ${DEFAULT-VALUE}).")
  private int proxyPort;

  @Option(
      names = "--listen",
      paramLabel = "ADDRESS",
      defaultValue = "127.0.0.1",
      converter = HostName.class,
      description = "Where log channel and HTTP listen (default: ${DEFAULT-VALUE}).")
  private String listen = "";

  @Option(
      names = "--advertise",
      paramLabel = "HOST",
      converter = Endpoint.class,
      description =
          "HOST or HOST:PORT at which the other replica reaches the log channel (default: as"
              + " --listen).")
  private @Nullable String advertise;

  @Option(
      names = "--log-port",
      paramLabel = "PORT",
      defaultValue = "0",
      description = "Accepts log channels; 0 takes a free port (default: ${DEFAULT-VALUE}).")
  private int logPort;

  @Option(
      names = "--http-port",
      paramLabel = "PORT",
      defaultValue = "0",
      description =
          "/metrics, /healthz, /status, /console; POST /power-button, /power-off, /pause, /resume,"
              + " /reset, /switch; 0 takes a free port (default: ${DEFAULT-VALUE}).")
  private int httpPort;

  @Option(
      names = "--console-port",
      paramLabel = "PORT",
      defaultValue = "0",
      description =
          "The guest's console, raw, on loopback; 0 takes a free port (default: ${DEFAULT-VALUE}).")
  private int consolePort;

  @ArgGroup private Start start = new Start();

  /** What it does while nobody is live; one of these at most. */
  static final class Start {
    @Option(names = "--alone", description = "Run the guest without waiting for a backup.")
    private boolean alone;

    @Option(
        names = "--never-anew",
        description =
            "Start a guest that nobody runs, but not one whose primary and backup were lost: not"
                + " even when their lease is over.")
    private boolean neverAnew;

    @Option(
        names = "--never-start",
        description =
            "Be backup or spare of a guest that runs, and go live when its primary dies; but never"
                + " start it, not even when the lease of its replicas is over.")
    private boolean never;

    private StartRule rule() {
      if (never) {
        return StartRule.NEVER;
      }
      if (neverAnew) {
        return StartRule.NEVER_ANEW;
      }
      return alone ? StartRule.ALONE : StartRule.WITH_BACKUP;
    }
  }

  @Option(
      names = "--from-state",
      paramLabel = "FILE",
      description = "Start from a saved state instead of booting; give both replicas the same.")
  private @Nullable Path savedState;

  @Option(names = "--record", paramLabel = "FILE", description = "Write the log into a recording.")
  private @Nullable Path recording;

  @Option(
      names = "--keep",
      paramLabel = "DIR",
      defaultValue = "kept",
      description = "Saved states and states of divergences go here (default: ${DEFAULT-VALUE}).")
  private Path keep = Path.of("kept");

  @Mixin private ProtectionOptions protection = new ProtectionOptions();

  @Mixin private CompilerOption compiler = new CompilerOption();

  @Override
  public Integer call() throws IOException, InterruptedException {
    String advertised = advertise == null ? listen : advertise;
    if (Endpoints.resolved(Endpoints.parse(advertised, 0)).getAddress() instanceof InetAddress any
        && any.isAnyLocalAddress()) {
      throw new IOException(
          "nobody can reach "
              + advertised
              + ": with --listen "
              + listen
              + " say --advertise HOST, the name by which the other replica reaches this host");
    }
    VmmOptions options =
        new VmmOptions(
            vm,
            diskServer.nbd(),
            diskServer.arbiter(),
            diskServer.http(),
            Endpoints.parse(proxy, proxyPort),
            Endpoints.parse(listen, logPort),
            advertised,
            Endpoints.parse(listen, httpPort),
            Endpoints.parse("127.0.0.1", consolePort),
            start.rule(),
            Optional.ofNullable(savedState),
            Optional.ofNullable(recording),
            keep,
            compiler.mode(),
            protection.limits());
    try (Vmm running = Vmm.start(options)) {
      if (recording != null) {
        Runtime.getRuntime()
            .addShutdownHook(Thread.ofPlatform().name("shutdown").unstarted(running::endRecording));
      }
      Effect.Halt halt = running.awaitHalt();
      log.info("halted reason={} detail=\"{}\"", halt.reason(), halt.detail());
      return exitCode(halt.reason());
    }
  }

  /** How a VMM ends whose replica has halted. */
  public static int exitCode(HaltReason reason) {
    return switch (reason) {
      case GUEST_OFF, SUSPENDED -> 0;
      case GUEST_RESET -> Lockstep.EXIT_RESET;
      case LOST, FENCED, DISMISSED, DIVERGED, TRANSFER_LOST -> Lockstep.EXIT_LOST;
      case REFUSED -> Lockstep.EXIT_REFUSED;
    };
  }
}
