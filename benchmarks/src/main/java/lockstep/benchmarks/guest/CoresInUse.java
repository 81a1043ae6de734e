package lockstep.benchmarks.guest;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lockstep.benchmarks.cluster.CpuUse;

/**
 * What each process around our guest takes of the host while it is loaded: two VMMs, their servers
 * and the clients share its cores. The last measurement counts, the warmest.
 */
final class CoresInUse {
  private final OwnGuest guest;
  private Optional<CpuUse> begun = Optional.empty();
  private Map<String, Double> cores = new LinkedHashMap<>();

  CoresInUse(OwnGuest guest) {
    this.guest = guest;
  }

  void begin() throws IOException {
    begun = Optional.of(guest.cpuUse());
  }

  void end() throws IOException {
    cores = guest.cpuUse().coresSince(begun.orElseThrow());
  }

  /** A row for each process. */
  List<Row> rows(String title) {
    List<Row> rows = new ArrayList<>();
    cores.forEach(
        (name, used) ->
            rows.add(
                new Row(title + name, "cores", used, used, Double.NaN, false, new Bar.Unset())));
    return rows;
  }
}
