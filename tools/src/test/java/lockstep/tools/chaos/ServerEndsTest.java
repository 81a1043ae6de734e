package lockstep.tools.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import lockstep.ft.core.HaltReason;
import lockstep.tools.chaos.ServerEnds.Judged;
import lockstep.tools.cluster.ServerEnd;
import lockstep.tools.command.VmmCommand;
import org.junit.jupiter.api.Test;

final class ServerEndsTest {
  private static final int KILLED = 137;

  private final ServerEnds ends = new ServerEnds();

  private static ServerEnd end(String server, long pid, int exitCode, String lastWords) {
    return new ServerEnd(Instant.ofEpochSecond(15), server, pid, exitCode, lastWords);
  }

  private static ServerEnd endAt(int second, ServerEnd end) {
    return new ServerEnd(
        Instant.ofEpochSecond(second), end.server(), end.pid(), end.exitCode(), end.lastWords());
  }

  private static ServerEnd killed(String server, long pid) {
    return end(server, pid, KILLED, "");
  }

  private static ServerEnd halted(String server, long pid, HaltReason reason) {
    return end(
        server, pid, VmmCommand.exitCode(reason), "halted reason=" + reason + " detail=\"x\"");
  }

  private void begins(int number, StormFault fault) {
    ends.begins(number, fault, Instant.ofEpochSecond(10L * number));
  }

  private List<String> unexplained(ServerEnd... seen) {
    return ends.judge(Arrays.asList(seen)).unexplained().stream()
        .map(one -> one.end().server() + " " + one.kind())
        .toList();
  }

  @Test
  void whatAFaultHasKilledWasPlanned() {
    begins(1, StormFault.KILL_PRIMARY);
    ends.kills("vmm-1", 7);
    assertEquals(new Judged(1, List.of()), ends.judge(List.of(killed("vmm-1", 7))));
  }

  @Test
  void anotherProcessOfThatServerWasNotKilledByIt() {
    begins(1, StormFault.KILL_PRIMARY);
    ends.kills("vmm-1", 7);
    assertEquals(List.of("vmm-1 killed"), unexplained(killed("vmm-1", 7), killed("vmm-1", 8)));
    assertEquals(List.of("vmm-2 killed"), unexplained(killed("vmm-2", 7)));
  }

  @Test
  void aNumberOfAProcessIsGivenAwayAgainAndEachHasReasonsOfItsOwn() {
    begins(1, StormFault.CUT_LOG_CHANNEL);
    ends.mayLose("vmm-3", 7, ServerEnds.BACKUP_LOSES);
    begins(2, StormFault.KILL_PRIMARY);
    ends.kills("vmm-3", 7);
    ends.keeps("vmm-3", 7);
    ServerEnd lost = endAt(11, halted("vmm-3", 7, HaltReason.DISMISSED));
    ServerEnd killed = endAt(21, killed("vmm-3", 7));
    assertEquals(List.of(), unexplained(lost, killed));
    assertEquals(1, ends.judge(List.of(lost, killed)).planned());
    assertEquals(List.of("vmm-3 killed"), unexplained(lost, killed, endAt(22, killed("vmm-3", 7))));
    assertEquals(List.of("vmm-3 killed"), unexplained(endAt(11, killed("vmm-3", 7))));
    assertEquals(
        List.of("vmm-3 DISMISSED"),
        unexplained(lost, endAt(12, halted("vmm-3", 7, HaltReason.DISMISSED))));
    begins(3, StormFault.SWITCH);
    assertTrue(ends.mayBeFalseAlarm(endAt(31, halted("vmm-3", 7, HaltReason.LOST))));
  }

  @Test
  void whoWasToBeKilledAndHasEndedOtherwiseBeforeWasNot() {
    begins(1, StormFault.KILL_PRIMARY);
    ends.kills("vmm-1", 7);
    assertEquals(
        List.of("vmm-1 stopped by a bug of its own"), unexplained(end("vmm-1", 7, 70, "")));
    assertEquals(List.of("vmm-1 LOST"), unexplained(halted("vmm-1", 7, HaltReason.LOST)));
  }

  @Test
  void whoLosesByAFaultIsCountedAndNotHeldAgainstIt() {
    begins(1, StormFault.STOP_PRIMARY);
    ends.mayLose("vmm-1", 7, ServerEnds.PRIMARY_LOSES);
    Judged judged = ends.judge(List.of(halted("vmm-1", 7, HaltReason.FENCED)));
    assertEquals(0, judged.planned());
    assertEquals(1, judged.unplanned().size());
    assertEquals("stop-primary", judged.unplanned().getFirst().because());
    assertEquals(List.of(), judged.unexplained());
  }

  @Test
  void aFaultExplainsNoOtherReasonAndNoOtherProcess() {
    begins(1, StormFault.STOP_PRIMARY);
    ends.mayLose("vmm-1", 7, ServerEnds.PRIMARY_LOSES);
    for (HaltReason reason :
        List.of(
            HaltReason.DIVERGED,
            HaltReason.DISMISSED,
            HaltReason.GUEST_OFF,
            HaltReason.GUEST_RESET,
            HaltReason.REFUSED)) {
      assertEquals(List.of("vmm-1 " + reason), unexplained(halted("vmm-1", 7, reason)));
    }
    assertEquals(
        List.of("vmm-1 out of memory"),
        unexplained(end("vmm-1", 7, 3, "Terminating due to java.lang.OutOfMemoryError: x")));
    assertEquals(List.of("vmm-1 LOST"), unexplained(halted("vmm-1", 8, HaltReason.LOST)));
    assertEquals(List.of("vmm-2 LOST"), unexplained(halted("vmm-2", 7, HaltReason.LOST)));
  }

  @Test
  void whoIsOfThePairAgainHasNoReasonToLoseAnyMore() {
    begins(1, StormFault.CUT_LOG_CHANNEL);
    ends.mayLose("vmm-1", 7, ServerEnds.PRIMARY_LOSES);
    ends.mayLose("vmm-2", 9, ServerEnds.BACKUP_LOSES);
    ends.keeps("vmm-1", 7);
    ends.keeps("vmm-3", 11); // which had none
    assertEquals(List.of(), unexplained(halted("vmm-2", 9, HaltReason.DISMISSED)));
    assertEquals(List.of("vmm-1 LOST"), unexplained(halted("vmm-1", 7, HaltReason.LOST)));
  }

  @Test
  void anEndThatNothingExplainsNamesTheFaultBeforeIt() {
    assertEquals(
        "before the first fault",
        ends.judge(List.of(killed("disk-server", 5))).unexplained().getFirst().because());
    begins(1, StormFault.SWITCH);
    begins(2, StormFault.KILL_BACKUP);
    assertEquals(
        "vmm-3 (pid 7) ended: DIVERGED; in fault 1, switch, or after it;"
            + " its log: halted reason=DIVERGED detail=\"x\"",
        ends.judge(List.of(halted("vmm-3", 7, HaltReason.DIVERGED)))
            .unexplained()
            .getFirst()
            .text());
  }

  @Test
  void aGuestThatIsShutDownEndsItsVmms() {
    begins(1, StormFault.SWITCH);
    ends.shutsDown("vmm-1", 7);
    assertEquals(
        new Judged(1, List.of()), ends.judge(List.of(halted("vmm-1", 7, HaltReason.GUEST_OFF))));
    assertEquals(List.of("vmm-1 LOST"), unexplained(halted("vmm-1", 7, HaltReason.LOST)));
  }

  @Test
  void aTableSaysWhichKindsThereWere() {
    begins(1, StormFault.STOP_BACKUP);
    ends.mayLose("vmm-2", 7, ServerEnds.BACKUP_LOSES);
    ends.kills("vmm-1", 3);
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    StormReport.printEnds(
        new PrintStream(printed, true, StandardCharsets.UTF_8),
        ends.judge(
            List.of(
                killed("vmm-1", 3),
                halted("vmm-2", 7, HaltReason.LOST),
                end("disk-server", 1, 1, "lockstep: no space"))));
    String table = printed.toString(StandardCharsets.UTF_8);
    assertTrue(table.contains("servers ended as planned  1 times"), table);
    assertTrue(table.matches("(?s).*LOST +1 +stop-backup 1\\R.*"), table);
    assertTrue(
        table.matches("(?s).*NOT explained: exit code 1 +1 +disk-server in fault 1, .*"), table);
  }

  @Test
  void whoLosesBecauseAReplicaWasLateIsCountedAndNotHeldAgainstIt() {
    ServerEnd lost = halted("vmm-2", 7, HaltReason.DISMISSED);
    assertTrue(ends.mayBeFalseAlarm(lost));
    assertEquals(List.of("vmm-2 DISMISSED"), unexplained(lost));
    ends.wasFalseAlarm(lost);
    assertEquals(List.of(), unexplained(lost));
    assertEquals(
        "a replica that was late", ends.judge(List.of(lost)).unplanned().getFirst().because());
  }

  @Test
  void noBugIsAFalseAlarm() {
    for (HaltReason reason :
        List.of(HaltReason.DIVERGED, HaltReason.REFUSED, HaltReason.GUEST_RESET)) {
      assertFalse(ends.mayBeFalseAlarm(halted("vmm-2", 7, reason)), reason.name());
    }
    assertFalse(ends.mayBeFalseAlarm(end("vmm-2", 7, 70, "")));
    assertFalse(ends.mayBeFalseAlarm(killed("vmm-2", 7)));
  }

  @Test
  void aVmmThatStartsWhileTheDiskServerIsAwayIsExplainedByThatFaultAlone() {
    ServerEnd unserved = end("vmm-2", 7, 1, "lockstep: the disk server gives no http://x/vms/y");
    begins(1, StormFault.SWITCH);
    assertEquals(List.of("vmm-2 no disk server to start from"), unexplained(unserved));
    ends.begins(2, StormFault.KILL_DISK_SERVER, unserved.at());
    assertEquals(List.of(), unexplained(unserved));
    assertEquals(List.of("vmm-2 exit code 1"), unexplained(end("vmm-2", 8, 1, "lockstep: x")));
  }
}
