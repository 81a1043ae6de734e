package lockstep.benchmarks.detection;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Processes that do nothing but take time, with the same right to it as a VMM. */
final class BusyProcesses implements Starvation.UnderWay {
  private final List<Process> processes = new ArrayList<>();

  private BusyProcesses() {}

  static BusyProcesses start(int count) throws IOException {
    BusyProcesses busy = new BusyProcesses();
    for (int i = 0; i < count; i++) {
      // Ends by itself if nobody is left to end it: its standard input is a pipe from here.
      busy.processes.add(
          new ProcessBuilder(
                  "sh", "-c", "exec 3<&0; (read -r _ <&3; kill $$) & while :; do :; done")
              .redirectErrorStream(true)
              .start());
    }
    return busy;
  }

  @Override
  public void close() {
    for (Process process : processes) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }
}
