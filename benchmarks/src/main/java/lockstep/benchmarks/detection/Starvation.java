package lockstep.benchmarks.detection;

import java.io.IOException;

/** How a pair is kept from the host's cores. */
enum Starvation {
  NONE("nothing else runs"),
  BUSY("busy processes, 2 a core"),
  BUSIER("busy processes, 6 a core"),
  STOPS("stops of 20 to 120 ms");

  private final String title;

  Starvation(String title) {
    this.title = title;
  }

  String title() {
    return title;
  }

  /** Begins it, for the processes of a pair; it ends when the result is closed. */
  UnderWay begin(long... pids) throws IOException {
    int cores = Runtime.getRuntime().availableProcessors();
    return switch (this) {
      case NONE -> () -> {};
      case BUSY -> BusyProcesses.start(2 * cores);
      case BUSIER -> BusyProcesses.start(6 * cores);
      case STOPS -> ShortStops.start(pids);
    };
  }

  /** Starvation, until it is closed. */
  interface UnderWay extends AutoCloseable {
    @Override
    void close();
  }
}
