package lockstep.tools.command;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import lockstep.ft.net.Endpoints;
import lockstep.proxy.ClientProxy;
import lockstep.proxy.ClientProxyOptions;
import lockstep.proxy.guest.OutboundPolicy;
import lockstep.proxy.guest.ProxyLimits;
import lockstep.tools.Endpoint;
import lockstep.tools.HostName;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lockstep client-proxy}: the network that the guest's NIC is plugged into. */
@Command(
    name = "client-proxy",
    description = {
      "The network that the guest's NIC is plugged into: takes clients on the published ports and",
      "speaks TCP with the guest in frames, which go to whichever replica is live. A failover is a",
      "pause for the clients; the death of this proxy ends their connections.",
      "",
      "Which ports are published is in the VM's definition (lockstep define --publish).",
      "",
      "Takes no --state: it keeps nothing."
    },
    footer = {
      "",
      "Example:",
      "  lockstep client-proxy --vm web --disk-server disk.example \\",
      "      --link-listen 0.0.0.0 --listen 0.0.0.0"
    })
public final class ClientProxyCommand implements Callable<Integer> {
  private static final Duration DEFINITION_TIMEOUT = Duration.ofSeconds(60);

  @Option(names = "--vm", required = true, paramLabel = "NAME", description = "Name of the VM.")
  private String vm = "";

  @Mixin private DiskServerAddress diskServer = new DiskServerAddress();

  @Option(
      names = "--listen",
      paramLabel = "ADDRESS",
      defaultValue = "127.0.0.1",
      converter = HostName.class,
      description = "Where clients reach the published ports (default: ${DEFAULT-VALUE}).")
  private String listen = "";

  @Option(
      names = "--link-listen",
      paramLabel = "ADDRESS",
      defaultValue = "127.0.0.1",
      converter = HostName.class,
      description = "Where replicas and HTTP are listened for (default: ${DEFAULT-VALUE}).")
  private String linkListen = "";

  @Option(
      names = "--link-port",
      paramLabel = "PORT",
      defaultValue = "" + ClientProxyOptions.LINK_PORT,
      description = "For replicas; 0 takes a free port (default: ${DEFAULT-VALUE}).")
  private int linkPort;

  @Option(
      names = "--http-port",
      paramLabel = "PORT",
      defaultValue = "" + ClientProxyOptions.HTTP_PORT,
      description = "/metrics, /healthz, /status; 0 takes a free port (default: ${DEFAULT-VALUE}).")
  private int httpPort;

  @Option(
      names = "--outbound",
      paramLabel = "POLICY",
      defaultValue = "allow",
      description = {
        "Where the guest may connect to: ${COMPLETION-CANDIDATES}",
        "(default: ${DEFAULT-VALUE}, which leaves out this host, the disk server's and the VMMs')."
      })
  private OutboundPolicy outbound = OutboundPolicy.ALLOW;

  @Option(
      names = "--resolver",
      paramLabel = "HOST[:PORT]",
      converter = Endpoint.class,
      description = "Answers the guest's DNS questions (default: the host's own resolver).")
  private Optional<String> resolver = Optional.empty();

  @Override
  public Integer call() throws IOException, InterruptedException {
    ClientProxyOptions options =
        new ClientProxyOptions(
            vm,
            diskServer.http(),
            diskServer.arbiter(),
            Endpoints.parse(linkListen, linkPort),
            InetAddress.getByName(listen),
            Endpoints.parse(linkListen, httpPort),
            outbound,
            resolver.map(text -> Endpoints.resolved(Endpoints.parse(text, 53))),
            ProxyLimits.within(Runtime.getRuntime().maxMemory()),
            DEFINITION_TIMEOUT);
    UntilTerminated.serve(ClientProxy.start(options));
    return 0;
  }
}
