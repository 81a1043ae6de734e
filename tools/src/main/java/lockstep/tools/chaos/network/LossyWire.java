package lockstep.tools.chaos.network;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * A wire, or several together, that leads through a router, which loses what is held: packets,
 * without a word, so that TCP goes on as it does on a bad network. It sends again after longer and
 * longer pauses; an end that is given up meanwhile is not heard of; who dials waits.
 *
 * <p>The router is told by rules of its own routing (ip-rule(8)) that name the wire's port: nothing
 * else is lost. Cut, what is there is ended at both ends too (ss(8), {@code -K}), as by somebody
 * who resets it.
 */
final class LossyWire implements Wire {
  private static final int PREFERENCE_FIRST = 1_000; // the rules that are always there come after

  private final NetworkPrograms programs;
  private final String router;
  private final List<Strand> strands;
  private volatile Set<Way> lost = Set.of();

  /** A server at one end. */
  record End(String namespace, String address) {}

  /**
   * What leads to one port.
   *
   * @param number no other of the router has it
   * @param diallers if they are several, they are all who dial that port
   */
  record Strand(int number, List<End> diallers, End listener, int port) {
    Strand {
      diallers = List.copyOf(diallers);
    }

    /** What the router loses one way. */
    String rule(Way way) {
      String dialler = diallers.size() == 1 ? diallers.getFirst().address : "all";
      return switch (way) {
        case THERE ->
            "pref %d from %s to %s ipproto tcp dport %d blackhole"
                .formatted(PREFERENCE_FIRST + 2 * number, dialler, listener.address, port);
        case BACK ->
            "pref %d from %s to %s ipproto tcp sport %d blackhole"
                .formatted(PREFERENCE_FIRST + 2 * number + 1, listener.address, dialler, port);
      };
    }

    private void end(NetworkPrograms programs) throws IOException {
      String theirs = diallers.size() == 1 ? "dst " + diallers.getFirst().address + " and " : "";
      programs.endConnections(
          programs.enter(listener.namespace), List.of(theirs + "sport = :" + port));
      for (End dialler : diallers) {
        programs.endConnections(
            programs.enter(dialler.namespace),
            List.of("dst " + listener.address + " and dport = :" + port));
      }
    }
  }

  /**
   * @param router its namespace
   * @param strands what is held, cut and mended together
   */
  LossyWire(NetworkPrograms programs, String router, List<Strand> strands) {
    this.programs = programs;
    this.router = router;
    this.strands = List.copyOf(strands);
  }

  @Override
  public synchronized void cut() throws IOException {
    hold(); // or else who has lost a connection would make another at once
    for (Strand strand : strands) {
      strand.end(programs);
    }
  }

  @Override
  public void hold() throws IOException {
    lose(EnumSet.allOf(Way.class));
  }

  @Override
  public void hold(Way way) throws IOException {
    lose(EnumSet.of(way));
  }

  @Override
  public void mend() throws IOException {
    lose(EnumSet.noneOf(Way.class));
  }

  @Override
  public boolean isOpen() {
    return lost.isEmpty();
  }

  private synchronized void lose(Set<Way> next) throws IOException {
    Set<Way> before = lost;
    List<String> lines = new ArrayList<>();
    Set<Way> either = EnumSet.noneOf(Way.class);
    for (Way way : Way.values()) {
      if (next.contains(way) && !before.contains(way)) {
        strands.forEach(strand -> lines.add("rule add " + strand.rule(way)));
      } else if (before.contains(way) && !next.contains(way)) {
        strands.forEach(strand -> lines.add("rule del " + strand.rule(way)));
      }
      if (next.contains(way) || before.contains(way)) {
        either.add(way);
      }
    }
    if (!lines.isEmpty()) {
      lost = either; // nobody may take it for open who asks meanwhile
      programs.within(router, lines);
      lost = next;
    }
  }
}
