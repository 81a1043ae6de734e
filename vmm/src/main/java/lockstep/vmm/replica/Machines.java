package lockstep.vmm.replica;

import java.io.IOException;
import lockstep.ft.definition.VmDefinition;
import lockstep.ft.machine.DeterministicMachine;

/** Makes the machine that a definition describes. */
final class Machines {
  private Machines() {}

  static DeterministicMachine create(VmDefinition definition, VmSource source) throws IOException {
    throw new IOException("no board yet for " + definition.name() + source);
  }
}
