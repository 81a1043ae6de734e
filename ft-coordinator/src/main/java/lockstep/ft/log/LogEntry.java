package lockstep.ft.log;

/**
 * One entry of the log.
 *
 * @param lsn log sequence number, from 0, without gaps
 * @param position where in the guest's execution it belongs: the machine has executed exactly so
 *     many steps when the entry takes effect; never lower than that of the entry before
 */
public record LogEntry(long lsn, long position, Payload payload) {
  /** What an entry costs beside the bytes it carries; the codec's fixed part, rounded up. */
  private static final int OVERHEAD_BYTES = 72;

  public LogEntry {
    if (lsn < 0 || position < 0) {
      throw new IllegalArgumentException("lsn " + lsn + ", position " + position);
    }
  }

  /** About how many bytes the entry takes on the wire; never less than it does. */
  public int sizeBytes() {
    return OVERHEAD_BYTES + payload.dataBytes();
  }
}
