package lockstep.vmm.machine.hart;

/**
 * Counts the changes of which code is where: translations of fetches that were dropped, compiled
 * units that were taken away. Compiled code that has called something goes on only if nothing has
 * changed meanwhile.
 */
final class CodeEpoch {
  int value;
}
