package lockstep.ft.core;

import java.util.List;
import lockstep.ft.machine.Output;

/**
 * What the protocol must remember beside a machine's saved state: with both, a replica starts where
 * another one stood.
 *
 * @param poweredOn whether the machine has had its power-on
 * @param paused whether the operator has paused the guest
 * @param outputsMade how many outputs the machine has made
 * @param unreleased the last outputs made, if they may not have left; they leave again
 * @param open disk and entropy requests not completed, in the order made
 * @param kept completed writes, trims and zeroes that no completed flush covers, in the order of
 *     their completion
 */
public record CoreState(
    boolean poweredOn,
    boolean paused,
    long outputsMade,
    List<Output> unreleased,
    List<Output> open,
    List<KeptWrite> kept) {

  /** Before power-on. */
  public static final CoreState POWER_ON =
      new CoreState(false, false, 0, List.of(), List.of(), List.of());

  public CoreState {
    unreleased = List.copyOf(unreleased);
    open = List.copyOf(open);
    kept = List.copyOf(kept);
    if (unreleased.size() > outputsMade || (!poweredOn && outputsMade > 0)) {
      throw new IllegalArgumentException("outputs do not add up");
    }
  }
}
