package lockstep.benchmarks.protection;

/** How the guest runs while it is measured. */
enum Setting {
  PROTECTED("protected"),

  /** Without a backup, the host to itself. */
  ALONE("alone"),

  /**
   * Without a backup, while another guest, unprotected too, does the same on this host: the work
   * that a pair does, without the protocol. What a pair lacks to that is what protection costs
   * where each VMM has a core; the rest of what it lacks to {@link #ALONE} is the cores'.
   */
  TWIN("beside a twin");

  private final String title;

  Setting(String title) {
    this.title = title;
  }

  String title() {
    return title;
  }
}
