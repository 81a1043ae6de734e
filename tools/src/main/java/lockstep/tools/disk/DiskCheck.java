package lockstep.tools.disk;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import lockstep.ft.nbd.ExportName;

/**
 * Reads everything that a disk or snapshot holds; the store verifies its checksums meanwhile. What
 * can't be read is looked at more closely, down to its blocks.
 */
final class DiskCheck {
  private static final int CHUNK_BYTES = 256 << 10;
  private static final int BLOCK_BYTES = 4096;
  private static final int STATUS_BYTES_MAX = 1 << 30;

  /** Where a disk can't be read. */
  record Damage(long offset, int length, String error) {}

  /**
   * @param dataBytes that were read
   */
  record Report(long sizeBytes, long dataBytes, List<Damage> damages) {}

  private final InetSocketAddress nbd;

  DiskCheck(InetSocketAddress nbd) {
    this.nbd = nbd;
  }

  Report run(ExportName disk) throws IOException {
    List<Damage> coarse = new ArrayList<>();
    long data = 0;
    long size;
    try (NbdConnection connection = NbdConnection.open(nbd, disk.toString())) {
      size = connection.sizeBytes();
      connection.onFailure(
          (offset, length, error) ->
              coarse.add(new Damage(offset, length, NbdConnection.errorName(error))));
      try (CopyProgress progress = new CopyProgress("checking " + disk, size)) {
        for (long at = 0; at < size; ) {
          int length = (int) Math.min(STATUS_BYTES_MAX, size - at);
          List<NbdConnection.Extent> extents = connection.extents(at, length);
          if (extents.isEmpty()) {
            // Its map can't be read: look at the bytes.
            extents = List.of(new NbdConnection.Extent(at, length, false));
          }
          for (NbdConnection.Extent extent : extents) {
            if (!extent.zero()) {
              read(connection, extent, progress);
              data += extent.length();
            }
            at = extent.offset() + extent.length();
          }
        }
        connection.drain();
      }
    }
    return new Report(size, data, blocks(disk, coarse));
  }

  private static void read(NbdConnection disk, NbdConnection.Extent extent, CopyProgress progress)
      throws IOException {
    long end = extent.offset() + extent.length();
    for (long at = extent.offset(); at < end; at += CHUNK_BYTES) {
      disk.read(at, (int) Math.min(CHUNK_BYTES, end - at));
      progress.advanceTo(at);
    }
  }

  private List<Damage> blocks(ExportName disk, List<Damage> coarse) throws IOException {
    List<Damage> fine = new ArrayList<>();
    if (coarse.isEmpty()) {
      return fine;
    }
    try (NbdConnection connection = NbdConnection.open(nbd, disk.toString())) {
      connection.onFailure(
          (offset, length, error) ->
              fine.add(new Damage(offset, length, NbdConnection.errorName(error))));
      for (Damage damage : coarse) {
        if (damage.length() > CHUNK_BYTES) {
          continue; // a map that could not be read; its bytes were looked at
        }
        long end = damage.offset() + damage.length();
        for (long at = damage.offset(); at < end; at += BLOCK_BYTES) {
          connection.read(at, (int) Math.min(BLOCK_BYTES, end - at));
        }
      }
      connection.drain();
    }
    return fine;
  }
}
