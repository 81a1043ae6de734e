package lockstep.benchmarks.disk;

/** What is done to a disk, in the order in which it is done: the first fills it. */
enum Workload {
  WRITE_SEQUENTIAL("sequential write 1M", "MB/s", "write", "1M", 4, true),
  READ_SEQUENTIAL("sequential read 1M", "MB/s", "read", "1M", 4, true),
  READ_RANDOM_1("random read 4k QD1", "IOPS", "randread", "4k", 1, false),
  READ_RANDOM_16("random read 4k QD16", "IOPS", "randread", "4k", 16, false),
  READ_RANDOM_64("random read 4k QD64", "IOPS", "randread", "4k", 64, false),
  WRITE_RANDOM_1("random write 4k QD1", "IOPS", "randwrite", "4k", 1, false),
  WRITE_RANDOM_16("random write 4k QD16", "IOPS", "randwrite", "4k", 16, false),
  WRITE_RANDOM_64("random write 4k QD64", "IOPS", "randwrite", "4k", 64, false),
  WRITE_SUSTAINED("random write 4k QD16, sustained", "IOPS", "randwrite", "4k", 16, false);

  private final String title;
  private final String unit;
  private final String fioMode;
  private final String blockSize;
  private final int depth;
  private final boolean bandwidth;

  Workload(
      String title, String unit, String fioMode, String blockSize, int depth, boolean bandwidth) {
    this.title = title;
    this.unit = unit;
    this.fioMode = fioMode;
    this.blockSize = blockSize;
    this.depth = depth;
    this.bandwidth = bandwidth;
  }

  String title() {
    return title;
  }

  String unit() {
    return unit;
  }

  /** fio's {@code --rw}. */
  String fioMode() {
    return fioMode;
  }

  String blockSize() {
    return blockSize;
  }

  int depth() {
    return depth;
  }

  /** Whether megabytes are counted, not operations. */
  boolean isBandwidth() {
    return bandwidth;
  }

  /** Whether the time that a last flush takes belongs to it. */
  boolean endsWithFlush() {
    return fioMode.endsWith("write");
  }
}
