package lockstep.tools.chaos;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import lockstep.tools.redis.Pauses;

/** A storm summed up, as a table for people. */
final class StormReport {
  private static final double NANOS_PER_MILLI = 1e6;

  /** What faults of one kind did: pauses, and times without protection. */
  private record Seen(Pauses atOnce, Pauses pauses, Pauses unprotected) {}

  private StormReport() {}

  static String line(Storm.Survived survived, int faults) {
    return "%4d of %d  %-28s  pause %6.0f ms at once, %6.0f ms at most  protected again after %.1f s"
        .formatted(
            survived.number(),
            faults,
            survived.fault(),
            survived.pause().atOnce() / NANOS_PER_MILLI,
            survived.pause().longest() / NANOS_PER_MILLI,
            survived.protectedAgainNanos() / 1e9);
  }

  /** What has come of it by now, in one line: a run that is cut short has proved so much. */
  static String soFar(int done, int faults, Storm.Outcome outcome, ServerFindings servers) {
    List<String> complaints = servers.complaints();
    return "so far, %d of %d faults: lost %d, applied twice %d of %,d increments; kept by double failures: %,d values compared, %d lost; connections lost: single failures %d, proxy %d, double failures %d; %,d operations, %s; two live: %s; servers: %s"
        .formatted(
            done,
            faults,
            outcome.counted().lost(),
            outcome.counted().repeated(),
            outcome.counted().acknowledged(),
            outcome.kept().values(),
            outcome.kept().lost().size(),
            outcome.connectionsLostBySingles(),
            outcome.lostByProxyDeaths(),
            outcome.lostByDoubles(),
            outcome.operations(),
            outcome
                .notLinearizable()
                .map(key -> key + " is NOT linearizable")
                .orElse("linearizable"),
            outcome.twoLive().orElse("never seen"),
            complaints.isEmpty() ? "as they must be" : String.join("; ", complaints));
  }

  static void print(
      PrintStream out,
      String network,
      List<Storm.Survived> survived,
      Storm.Outcome outcome,
      ServerFindings servers,
      DiskAgreement.Found disk) {
    printPauses(out, survived);
    printEnds(out, servers.ends());
    out.printf("%nnetwork                   %s%n", network);
    print(out, outcome);
    out.printf(
        "guest started anew        %s%n",
        servers.generations().isEmpty()
            ? "by each double failure, and in the end, never else"
            : String.join("; ", servers.generations()));
    out.printf(
        "states that differed      %s%n",
        servers.divergences().isEmpty()
            ? "none"
            : servers.divergences().stream().map(Path::toString).collect(Collectors.joining(", ")));
    out.printf("disk                      %s%n", disk.text());
  }

  /** The table of pauses by kind of fault. */
  private static void printPauses(PrintStream out, List<Storm.Survived> survived) {
    Map<StormFault, Seen> seen = new EnumMap<>(StormFault.class);
    for (Storm.Survived one : survived) {
      Seen ofKind =
          seen.computeIfAbsent(
              one.fault(), _ -> new Seen(new Pauses(), new Pauses(), new Pauses()));
      ofKind.atOnce().add(one.pause().atOnce());
      ofKind.pauses().add(one.pause().longest());
      ofKind.unprotected().add(one.protectedAgainNanos());
    }
    out.printf("%n%-28s %6s %23s  %32s%n", "", "", "pause at once", "until protected again");
    out.printf(
        "%-28s %6s %10s %10s  %10s %10s %10s   protected again p50%n",
        "fault", "count", "p50", "p99", "p50", "p99", "longest");
    seen.forEach(
        (fault, ofKind) ->
            out.printf(
                "%-28s %6d %7.0f ms %7.0f ms  %7.0f ms %7.0f ms %7.0f ms   %.1f s%n",
                fault,
                ofKind.pauses().count(),
                ofKind.atOnce().percentileNanos(50) / NANOS_PER_MILLI,
                ofKind.atOnce().percentileNanos(99) / NANOS_PER_MILLI,
                ofKind.pauses().percentileNanos(50) / NANOS_PER_MILLI,
                ofKind.pauses().percentileNanos(99) / NANOS_PER_MILLI,
                ofKind.pauses().longestNanos() / NANOS_PER_MILLI,
                ofKind.unprotected().percentileNanos(50) / 1e9));
  }

  /** The table of ends that no fault has planned, by kind. */
  static void printEnds(PrintStream out, ServerEnds.Judged ends) {
    out.printf("%nservers ended as planned  %d times%n", ends.planned());
    if (ends.unplanned().isEmpty()) {
      out.printf("not planned               never%n");
      return;
    }
    Map<String, Map<String, Integer>> kinds = new TreeMap<>();
    for (ServerEnds.Unplanned one : ends.unplanned()) {
      String because = one.explained() ? one.because() : one.end().server() + " " + one.because();
      kinds
          .computeIfAbsent(
              (one.explained() ? "" : "NOT explained: ") + one.kind(), _ -> new TreeMap<>())
          .merge(because, 1, Integer::sum);
    }
    out.printf("%-42s %6s   because of%n", "not planned", "count");
    kinds.forEach(
        (kind, causes) ->
            out.printf(
                "%-42s %6d   %s%n",
                kind,
                causes.values().stream().mapToInt(Integer::intValue).sum(),
                causes.entrySet().stream()
                    .map(cause -> cause.getKey() + " " + cause.getValue())
                    .collect(Collectors.joining(", "))));
  }

  private static void print(PrintStream out, Storm.Outcome outcome) {
    out.printf("acknowledged increments   %,d%n", outcome.counted().acknowledged());
    out.printf("lost writes               %d%n", outcome.counted().lost());
    out.printf("applied twice             %d%n", outcome.counted().repeated());
    out.printf(
        "after double failures     %,d values compared with what was acknowledged, %d lost%n",
        outcome.kept().values(), outcome.kept().lost().size());
    out.printf(
        "connections lost          by single failures %d, by deaths of the proxy %d, by double"
            + " failures %d%n",
        outcome.connectionsLostBySingles(), outcome.lostByProxyDeaths(), outcome.lostByDoubles());
    out.printf(
        "history                   %,d operations on %,d keys: %s%n",
        outcome.operations(),
        outcome.keys(),
        outcome.notLinearizable().map(key -> key + " is NOT linearizable").orElse("linearizable"));
    out.printf("two live at once          %s%n", outcome.twoLive().orElse("never seen"));
    out.printf("roles switched            %d times%n", outcome.switches());
  }
}
