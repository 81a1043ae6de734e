package lockstep.tools.disk;

import java.io.IOException;
import lockstep.ft.nbd.ExportName;

/** Names of disks and snapshots as the user writes them. */
final class Names {
  private Names() {}

  /** {@code VM/DISK}, and nothing more. */
  static ExportName disk(String text) throws IOException {
    ExportName name = any(text);
    if (name.snapshot().isPresent()) {
      throw new IOException("'" + text + "' names a snapshot, not a disk");
    }
    return name;
  }

  /** {@code VM/DISK} or {@code VM/DISK@SNAPSHOT}. */
  static ExportName any(String text) throws IOException {
    ExportName name =
        ExportName.parse(text)
            .orElseThrow(() -> new IOException("'" + text + "' is no VM/DISK[@SNAPSHOT]"));
    if (name.epoch().isPresent()) {
      throw new IOException("only a VMM attaches with an epoch");
    }
    return name;
  }
}
