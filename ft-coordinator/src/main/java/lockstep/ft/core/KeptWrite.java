package lockstep.ft.core;

import lockstep.ft.machine.Output;

/**
 * A write, trim or zeroes that was completed and that no completed flush covers yet.
 *
 * @param incarnation of the disk server that completed it
 */
public record KeptWrite(Output.DiskRequested request, long incarnation) {
  /** What a request costs beside its data. */
  private static final int OVERHEAD_BYTES = 64;

  public KeptWrite {
    if (!request.operation().modifies()) {
      throw new IllegalArgumentException(request.operation() + " changes nothing");
    }
  }

  int sizeBytes() {
    return OVERHEAD_BYTES + request.data().length();
  }
}
