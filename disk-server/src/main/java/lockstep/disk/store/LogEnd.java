package lockstep.disk.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * Tells the torn end of a RocksDB log from damage within it. RocksDB takes a record that reaches
 * beyond the file's end for the last one, cut off with the power; it may as well be one of which
 * only the length is damaged, with sound records behind it, which RocksDB would drop in silence.
 *
 * <p>A log (RocksDB's "Write Ahead Log File Format") is blocks of 32 KiB of records: masked CRC32C
 * of what follows the length, length of the data, type, data. No record crosses a block's end; what
 * is too small for a header there is left out.
 */
final class LogEnd {
  private static final int BLOCK_BYTES = 32 << 10;
  private static final int HEADER_BYTES = 7;
  private static final int LENGTH_AT = 4;
  private static final int TYPE_AT = 6;

  /** Full, first, middle, last. */
  private static final int TYPE_MAX = 4;

  private static final int MASK_DELTA = 0xa282ead8;
  private static final int MASK_SHIFT = 15;

  private final ByteBuffer log;

  private LogEnd(byte[] log) {
    this.log = ByteBuffer.wrap(log).order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * Checks every log of a database that is not open.
   *
   * @throws IOException if there is damage, and behind it more than a torn end could have
   */
  static void check(Path database) throws IOException {
    try (var files = Files.list(database)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".log")).toList()) {
        LogEnd log = new LogEnd(Files.readAllBytes(file));
        int end = log.soundEnd();
        if (log.hasRecordBehind(end) || log.isWhole(end)) {
          throw new IOException(file + " is damaged at byte " + end + ", not torn");
        }
      }
    }
  }

  /** Where the first record that is not sound begins, or the file's end. */
  private int soundEnd() {
    int at = nextHeader(0);
    while (isSound(at)) {
      at = nextHeader(at + HEADER_BYTES + length(at));
    }
    return Math.min(at, log.limit());
  }

  /** Skips what is too small for a header. */
  private static int nextHeader(int at) {
    int left = BLOCK_BYTES - at % BLOCK_BYTES;
    return left < HEADER_BYTES ? at + left : at;
  }

  private boolean hasRecordBehind(int damaged) {
    for (int at = damaged + 1; at < log.limit(); at++) {
      if (isSound(at) && log.get(at + TYPE_AT) >= 1 && log.get(at + TYPE_AT) <= TYPE_MAX) {
        return true;
      }
    }
    return false;
  }

  /** Whether this is all of a record but for its length. */
  private boolean isWhole(int at) {
    int length = end(at) - at - HEADER_BYTES;
    return length > 0 && matches(at, length);
  }

  private int length(int at) {
    return Short.toUnsignedInt(log.getShort(at + LENGTH_AT));
  }

  private boolean isSound(int at) {
    int left = end(at) - at - HEADER_BYTES;
    return left >= 0 && left >= length(at) && matches(at, length(at));
  }

  /** Of the block, or of the file. */
  private int end(int at) {
    return Math.min(log.limit(), at - at % BLOCK_BYTES + BLOCK_BYTES);
  }

  private boolean matches(int at, int length) {
    CRC32C crc = new CRC32C();
    crc.update(log.array(), at + TYPE_AT, 1 + length);
    int value = (int) crc.getValue();
    return log.getInt(at) == Integer.rotateRight(value, MASK_SHIFT) + MASK_DELTA;
  }
}
