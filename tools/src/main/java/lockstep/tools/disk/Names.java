package lockstep.tools.disk;

import lockstep.ft.nbd.ExportName;
import lockstep.tools.BadValueException;

/** Names of disks and snapshots as the user writes them. */
final class Names {
  private Names() {}

  /** {@code VM/DISK}, and nothing more. */
  static ExportName disk(String text) throws BadValueException {
    ExportName name = any(text);
    if (name.snapshot().isPresent()) {
      throw new BadValueException("'" + text + "' names a snapshot, not a disk");
    }
    return name;
  }

  /** {@code VM/DISK} or {@code VM/DISK@SNAPSHOT}. */
  static ExportName any(String text) throws BadValueException {
    ExportName name =
        ExportName.parse(text)
            .orElseThrow(() -> new BadValueException("'" + text + "' is no VM/DISK[@SNAPSHOT]"));
    if (name.epoch().isPresent()) {
      throw new BadValueException("only a VMM attaches with an epoch");
    }
    return name;
  }
}
