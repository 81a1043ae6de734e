package lockstep.benchmarks.transfer;

/** What the guest does while its state is transferred. */
enum Load {
  IDLE("idle"),
  REDIS("Redis SET");

  private final String title;

  Load(String title) {
    this.title = title;
  }

  String title() {
    return title;
  }
}
