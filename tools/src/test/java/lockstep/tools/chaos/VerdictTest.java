package lockstep.tools.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import lockstep.tools.cluster.ServerEnd;
import lockstep.tools.redis.IncrementLoad;
import org.junit.jupiter.api.Test;

final class VerdictTest {
  private static final Storm.Plan PLAN = new Storm.Plan(17, 2, 1, Duration.ofMinutes(10));
  private static final IncrementLoad.Result COUNTED = new IncrementLoad.Result(900, 0, 0, "", 0);
  private static final ServerFindings SERVERS =
      new ServerFindings(ServerEnds.Judged.NONE, List.of(), List.of());
  private static final DiskAgreement.Found DISK = new DiskAgreement.Found(40, 0, "");

  private static Storm.Outcome outcome(
      IncrementLoad.Result counted,
      long lostBySingles,
      Optional<String> notLinearizable,
      Optional<String> twoLive) {
    return new Storm.Outcome(
        Optional.empty(),
        counted,
        LastWrites.Compared.NONE,
        5_000,
        40,
        lostBySingles,
        8,
        4,
        notLinearizable,
        twoLive,
        3);
  }

  private static final Storm.Outcome GOOD = outcome(COUNTED, 0, Optional.empty(), Optional.empty());

  private static List<String> complaints(Storm.Outcome outcome) {
    return Verdict.of(PLAN, 20, outcome, SERVERS, DISK).complaints();
  }

  @Test
  void connectionsLostToWhatMayCostThemAreNotHeldAgainstIt() {
    Verdict verdict = Verdict.of(PLAN, 20, GOOD, SERVERS, DISK);
    assertTrue(verdict.allHeld());
    assertEquals("all held: 20 of 20 faults, seed 3", verdict.line(3));
  }

  @Test
  void fewerFaultsThanPlannedAreNotAllThatWasAskedFor() {
    Verdict verdict = Verdict.of(PLAN, 19, GOOD, SERVERS, DISK);
    assertFalse(verdict.allHeld());
    assertEquals(
        "NOT as it must be: the time was over before all faults were done: 19 of 20 faults, seed 3",
        verdict.line(3));
  }

  @Test
  void whatClientsLostIsNamed() {
    assertEquals(
        List.of("1 acknowledged writes lost"),
        complaints(
            outcome(
                new IncrementLoad.Result(900, 1, 0, "", 0),
                0,
                Optional.empty(),
                Optional.empty())));
    assertEquals(
        List.of("2 writes applied twice"),
        complaints(
            outcome(
                new IncrementLoad.Result(900, 0, 2, "", 0),
                0,
                Optional.empty(),
                Optional.empty())));
    assertEquals(
        List.of("3 connections lost to single failures"),
        complaints(
            outcome(
                new IncrementLoad.Result(900, 0, 0, "reset", 0),
                2,
                Optional.empty(),
                Optional.empty())));
  }

  @Test
  void whatWasSeenOfTheWholeIsNamed() {
    assertEquals(
        List.of("what was seen of register-1-2 is not linearizable"),
        complaints(outcome(COUNTED, 0, Optional.of("register-1-2"), Optional.empty())));
    assertEquals(
        List.of("two live: x"),
        complaints(outcome(COUNTED, 0, Optional.empty(), Optional.of("two live: x"))));
  }

  @Test
  void whatDiskAndMemoryDisagreeInIsNamed() {
    assertEquals(
        List.of("2 values differ after a boot", "e2fsck: status 4: no journal"),
        Verdict.of(PLAN, 20, GOOD, SERVERS, new DiskAgreement.Found(40, 2, "status 4: no journal"))
            .complaints());
  }

  @Test
  void aStormThatEndsBeforeItsTimeSaysWhyAndWhatWasSeenOfItAllTheSame() {
    Storm.Outcome ended =
        new Storm.Outcome(
            Optional.of("kill-primary: a client was not served"),
            new IncrementLoad.Result(900, 1, 0, "", 0),
            new LastWrites.Compared(12, List.of("a holds 1 instead of [2]")),
            5_000,
            40,
            0,
            8,
            4,
            Optional.empty(),
            Optional.empty(),
            3);
    DiskAgreement.Found nothing = DiskAgreement.Found.nothing("nobody is live");
    assertEquals(
        "NOT as it must be: kill-primary: a client was not served; 1 acknowledged writes lost;"
            + " 1 acknowledged values lost to double failures, the first: a holds 1 instead of"
            + " [2]; disk and memory were not compared: nobody is live: 4 of 20 faults, seed 1",
        Verdict.of(PLAN, 4, ended, SERVERS, nothing).line(1));
  }

  @Test
  void aLineSaysWhatHasComeOfItSoFar() {
    assertEquals(
        "so far, 10 of 20 faults: lost 0, applied twice 0 of 900 increments;"
            + " kept by double failures: 0 values compared, 0 lost; connections lost:"
            + " single failures 0, proxy 8, double failures 4; 5,000 operations, linearizable;"
            + " two live: never seen; servers: as they must be",
        StormReport.soFar(10, 20, GOOD, SERVERS));
  }

  @Test
  void whatWasWrongWithServersIsNamed() {
    ServerEnds ends = new ServerEnds();
    ServerEnds.Judged judged =
        ends.judge(List.of(new ServerEnd(Instant.EPOCH, "vmm-2", 7, 70, "a bug")));
    ServerFindings servers =
        new ServerFindings(judged, List.of(Path.of("kept/diverged-x")), List.of("anew"));
    List<String> complaints =
        List.of(
            "vmm-2 (pid 7) ended: stopped by a bug of its own; before the first fault; its log: a"
                + " bug",
            "primary and backup differed: kept/diverged-x",
            "anew");
    assertEquals(complaints, Verdict.of(PLAN, 20, GOOD, servers, DISK).complaints());
    assertTrue(
        StormReport.soFar(10, 20, GOOD, servers)
            .endsWith("servers: " + String.join("; ", complaints)));
  }
}
