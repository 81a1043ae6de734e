package lockstep.disk.vm;

import java.util.concurrent.atomic.LongAdder;

/** What clients have done to a disk since the server started. May be counted on any thread. */
public final class DiskStatistics {
  private final LongAdder reads = new LongAdder();
  private final LongAdder readBytes = new LongAdder();
  private final LongAdder writes = new LongAdder();
  private final LongAdder writtenBytes = new LongAdder();
  private final LongAdder zeroed = new LongAdder();
  private final LongAdder zeroedBytes = new LongAdder();
  private final LongAdder flushes = new LongAdder();
  private final LongAdder errors = new LongAdder();

  /**
   * The counts at one moment.
   *
   * @param zeroed TRIM and WRITE_ZEROES
   * @param flushes FLUSH, and writes with FUA
   * @param errors requests that the storage has failed
   */
  public record Counts(
      long reads,
      long readBytes,
      long writes,
      long writtenBytes,
      long zeroed,
      long zeroedBytes,
      long flushes,
      long errors) {}

  public Counts counts() {
    return new Counts(
        reads.sum(),
        readBytes.sum(),
        writes.sum(),
        writtenBytes.sum(),
        zeroed.sum(),
        zeroedBytes.sum(),
        flushes.sum(),
        errors.sum());
  }

  public void read(long bytes) {
    reads.increment();
    readBytes.add(bytes);
  }

  public void written(long bytes) {
    writes.increment();
    writtenBytes.add(bytes);
  }

  public void zeroed(long bytes) {
    zeroed.increment();
    zeroedBytes.add(bytes);
  }

  public void flushed() {
    flushes.increment();
  }

  public void failed() {
    errors.increment();
  }
}
