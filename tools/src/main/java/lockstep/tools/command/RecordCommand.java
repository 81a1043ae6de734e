package lockstep.tools.command;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import lockstep.tools.StateOption;
import lockstep.tools.cluster.Cluster;
import lockstep.tools.cluster.GuestReady;
import lockstep.tools.cluster.ServerProcess;
import lockstep.tools.image.Progress;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lockstep record}: a guest's whole run in one file. */
@Command(
    name = "record",
    description = {
      "Boots the guest of a state directory alone and records it from power-on into one file that",
      "`lockstep replay` executes again by itself. Use the guest meanwhile as after `up`; the",
      "recording ends when the guest is shut down, or after --seconds."
    })
public final class RecordCommand implements Callable<Integer> {
  private static final Duration BOOT_TIMEOUT = Duration.ofMinutes(5);
  private static final Duration END_PATIENCE = Duration.ofSeconds(30);
  private static final Duration FOREVER = Duration.ofDays(365);

  @Mixin private StateOption state = new StateOption();

  @Parameters(paramLabel = "FILE", description = "The recording; replaced if it is there.")
  private Path file = Path.of("recording.lockstep");

  @Option(
      names = "--seconds",
      paramLabel = "COUNT",
      defaultValue = "0",
      description = "Shut the guest down so long after it is ready; 0 for never.")
  private long seconds;

  @Mixin private CompilerOption compiler = new CompilerOption();

  @Override
  public Integer call() throws IOException {
    try (Cluster cluster = Cluster.of(state.directory())) {
      if (cluster.live().isPresent()) {
        throw new IOException("the guest runs already; lockstep down first");
      }
      cluster.startDiskServer();
      cluster.startClientProxy();
      String recording = file.toAbsolutePath().toString();
      cluster.startReplica(0, List.of("--alone", "--record", recording, compiler.argument()));
      GuestReady.await(cluster, BOOT_TIMEOUT, Progress.onStandardError());
      System.out.printf("the guest is up and recorded into %s%n", file);
      ServerProcess vmm = cluster.replicaProcess(0);
      if (seconds == 0) {
        System.out.println("it is recorded until it is shut down: lockstep down");
        vmm.awaitEnd(FOREVER);
      } else {
        Cluster.sleep(Duration.ofSeconds(seconds));
        cluster.http().post(cluster.settings().replicas().getFirst().httpPort(), "/power-button");
        if (!vmm.awaitEnd(END_PATIENCE)) {
          vmm.stop(END_PATIENCE);
        }
      }
      cluster.clientProxy().stop(END_PATIENCE);
      cluster.diskServer().stop(END_PATIENCE);
      System.out.printf("recorded %,d bytes%n", file.toFile().length());
      return 0;
    }
  }
}
