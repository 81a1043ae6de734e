package lockstep.vmm.replica;

import java.io.IOException;
import lockstep.ft.core.CoreState;
import lockstep.ft.core.Replica;
import lockstep.ft.core.ReplicaConfig;
import lockstep.ft.machine.DeterministicMachine;

/** Where a replica starts from: power-on, or a saved state. */
final class Startup {
  private Startup() {}

  static Replica replica(VmmOptions options, ReplicaConfig config, DeterministicMachine machine)
      throws IOException {
    if (options.savedState().isEmpty()) {
      return new Replica(config, machine, System.nanoTime());
    }
    CoreState state =
        SavedState.restore(options.savedState().get(), config.definitionDigest(), machine);
    return new Replica(config, machine, state, System.nanoTime());
  }
}
