package lockstep.tools.chaos;

import java.util.ArrayList;
import java.util.List;

/**
 * Whether all of a storm was as it must be.
 *
 * @param planned how many faults were to be done
 * @param done how many the guest has got over
 * @param complaints what is not as it must be; empty if all is
 */
record Verdict(int planned, int done, List<String> complaints) {
  Verdict {
    complaints = List.copyOf(complaints);
  }

  static Verdict of(
      Storm.Plan plan,
      int done,
      Storm.Outcome outcome,
      ServerFindings servers,
      DiskAgreement.Found disk) {
    List<String> complaints = new ArrayList<>();
    if (done < plan.sum() && outcome.ended().isEmpty()) {
      complaints.add("the time was over before all faults were done");
    }
    complaints.addAll(outcome.complaints());
    complaints.addAll(servers.complaints());
    complaints.addAll(disk.complaints());
    return new Verdict(plan.sum(), done, complaints);
  }

  boolean allHeld() {
    return complaints.isEmpty();
  }

  /** All in one line. */
  String line(long seed) {
    return "%s: %d of %d faults, seed %d"
        .formatted(
            allHeld() ? "all held" : "NOT as it must be: " + String.join("; ", complaints),
            done,
            planned,
            seed);
  }
}
