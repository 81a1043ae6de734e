package lockstep.tools.command;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import lockstep.tools.StateOption;
import lockstep.tools.cluster.Cluster;
import lockstep.tools.cluster.ReplicaView;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lockstep console}: the live guest's console, followed across a failover. */
@Command(
    name = "console",
    description = {
      "Attaches to the guest's console, and follows it across a failover.",
      "What is typed goes to the guest a line at a time; end with Ctrl-C or end of input."
    })
public final class ConsoleCommand implements Callable<Integer> {
  private static final Duration RETRY = Duration.ofMillis(200);

  @Mixin private StateOption state = new StateOption();

  @Option(names = "--recent", description = "Print what the console has lately written, and end.")
  private boolean recentOnly;

  private final AtomicReference<@Nullable Socket> attached = new AtomicReference<>();

  @Override
  public Integer call() throws IOException {
    try (Cluster cluster = Cluster.of(state.directory())) {
      if (recentOnly) {
        ReplicaView live =
            cluster.live().orElseThrow(() -> new IOException("nobody is live right now"));
        System.out.println(cluster.http().text(live.ports().httpPort(), "/console").orElse(""));
        return 0;
      }
      Thread.ofPlatform().daemon().name("typist").start(this::type);
      follow(cluster);
      return 0;
    }
  }

  /** Prints the live guest's console; after its end looks for the next live one. */
  private void follow(Cluster cluster) throws IOException {
    while (true) {
      Optional<ReplicaView> live = cluster.live();
      if (live.isEmpty()) {
        Cluster.sleep(RETRY);
        continue;
      }
      int port = live.get().ports().consolePort();
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        attached.set(socket);
        System.err.printf("[console of %s]%n", live.get().process().name());
        socket.getInputStream().transferTo(System.out);
      } catch (IOException _) {
        // the live VMM has died: its backup's console goes on
      }
      attached.set(null);
      Cluster.sleep(RETRY);
    }
  }

  private void type() {
    InputStream typed = System.in;
    byte[] line = new byte[1024];
    try {
      int length;
      while ((length = typed.read(line)) >= 0) {
        Socket socket = attached.get();
        if (socket != null) {
          OutputStream out = socket.getOutputStream();
          out.write(line, 0, length);
          out.flush();
        }
      }
      System.exit(0);
    } catch (IOException e) {
      System.err.println("lockstep: the console's input failed: " + e.getMessage());
    }
  }
}
