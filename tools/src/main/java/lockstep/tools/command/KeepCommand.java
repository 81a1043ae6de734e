package lockstep.tools.command;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import lockstep.tools.StateOption;
import lockstep.tools.cluster.Cluster;
import lockstep.tools.cluster.Keeper;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code lockstep keep}: what {@code up} leaves running, so that what dies is started again. */
@Command(
    name = "keep",
    description = {
      "Starts the servers of a state directory and starts again whichever dies, until the guest",
      "shuts down. `up` runs this as a process of its own; `down` ends it first."
    })
public final class KeepCommand implements Callable<Integer> {
  @Mixin private StateOption state = new StateOption();

  @ArgGroup private KeptStart start = new KeptStart();

  @Mixin private ProtectionOptions protection = new ProtectionOptions();

  @Override
  public Integer call() throws IOException {
    try (Cluster cluster = Cluster.of(state.directory())) {
      int replicas = start.alone() ? 1 : cluster.settings().replicas().size();
      List<String> more = new ArrayList<>(start.arguments());
      more.addAll(protection.arguments());
      new Keeper(cluster, replicas, more).run();
      return 0;
    }
  }
}
