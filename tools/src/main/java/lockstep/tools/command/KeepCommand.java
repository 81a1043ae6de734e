package lockstep.tools.command;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import lockstep.tools.StateOption;
import lockstep.tools.cluster.Cluster;
import lockstep.tools.cluster.Keeper;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lockstep keep}: what {@code up} leaves running, so that what dies is started again. */
@Command(
    name = "keep",
    description = {
      "Starts the servers of a state directory and starts again whichever dies, until the guest",
      "shuts down. `up` runs this as a process of its own; `down` ends it first."
    })
public final class KeepCommand implements Callable<Integer> {
  @Mixin private StateOption state = new StateOption();

  @Option(names = "--alone", description = "Keep one VMM only: no backup, no protection.")
  private boolean alone;

  @Override
  public Integer call() throws IOException {
    try (Cluster cluster = Cluster.of(state.directory())) {
      int replicas = alone ? 1 : cluster.settings().replicas().size();
      new Keeper(cluster, replicas, alone ? List.of("--alone") : List.of()).run();
      return 0;
    }
  }
}
