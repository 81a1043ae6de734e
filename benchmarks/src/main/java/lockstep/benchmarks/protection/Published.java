package lockstep.benchmarks.protection;

/**
 * What Scales, Nelson and Venkitachalam published of VMware FT (tables 1 and 2): a workload of the
 * kind of ours, on other hardware.
 *
 * @param workload theirs
 * @param ratio protected against not
 * @param logMegabitsPerSecond on the logging channel
 */
record Published(String workload, double ratio, double logMegabitsPerSecond) {
  static final Published KERNEL_COMPILE = new Published("kernel compile", 0.95, 1.5);
  static final Published SPECJBB = new Published("SPECJbb2005", 0.98, 1.5);
  static final Published SWINGBENCH = new Published("Oracle Swingbench", 0.99, 12);
  static final Published DVD_STORE = new Published("MS-SQL DVD Store", 0.94, 18);

  /** 1 Gbit/s: 604 Mbit/s of 940. */
  static final Published RECEIVE = new Published("iperf receive", 604.0 / 940, 730);

  /** 1 Gbit/s: 855 Mbit/s of 940. */
  static final Published TRANSMIT = new Published("iperf transmit", 855.0 / 940, 42);
}
