package lockstep.ft.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import lockstep.ft.machine.Bytes;
import lockstep.ft.machine.DiskOperation;
import lockstep.ft.machine.DiskStatus;
import lockstep.ft.machine.Output;
import org.junit.jupiter.api.Test;

/** The small parts of the core, each by itself. */
final class PartsTest {
  private static final long MILLI = 1_000_000;

  private static Output.DiskRequested request(long id, DiskOperation operation) {
    int length = operation == DiskOperation.FLUSH ? 0 : 4096;
    return new Output.DiskRequested(0, id, operation, 0, length, Bytes.EMPTY);
  }

  @Test
  void leaseCountsFromWhenItsRenewalWasSent() {
    LeaseGuard lease = new LeaseGuard(100 * MILLI, 0, 1000);
    assertTrue(lease.holds(899 * MILLI));
    assertFalse(lease.holds(900 * MILLI));
    long sequence = lease.renewalSent(250 * MILLI);
    lease.renewed(sequence, 1000); // however late the answer comes
    assertTrue(lease.holds(1149 * MILLI));
    assertFalse(lease.holds(1150 * MILLI));
    lease.renewed(sequence + 7, 1000);
    assertFalse(lease.holds(1150 * MILLI), "that one was never sent");
  }

  @Test
  void outputsLeaveInOrderAndOnlyWhenTheirMarkIsAcknowledged() {
    OutputGate gate = new OutputGate(5);
    List<Long> left = new ArrayList<>();
    gate.add(5, 10, new Output.EntropyRequested(0, 1));
    gate.add(6, 12, new Output.EntropyRequested(1, 1));
    gate.open(10, (number, output) -> left.add(number));
    assertEquals(List.of(), left, "lsn 10 itself is not acknowledged");
    gate.open(11, (number, output) -> left.add(number));
    gate.open(13, (number, output) -> left.add(number));
    assertEquals(List.of(5L, 6L), left);
    assertEquals(7, gate.released());
    assertEquals(0, gate.waitingBytes());
    assertThrows(
        IllegalStateException.class, () -> gate.add(9, 14, new Output.EntropyRequested(2, 1)));
  }

  @Test
  void flushCoversWhatWasCompletedBeforeItWasMade() {
    UnflushedWrites unflushed = new UnflushedWrites();
    Output.DiskRequested flush = request(2, DiskOperation.FLUSH);
    unflushed.completed(request(0, DiskOperation.WRITE), DiskStatus.OK, 1);
    unflushed.made(flush);
    unflushed.completed(request(1, DiskOperation.TRIM), DiskStatus.OK, 1);
    unflushed.completed(flush, DiskStatus.OK, 1);
    assertEquals(List.of(new KeptWrite(request(1, DiskOperation.TRIM), 1)), unflushed.writes());
    assertFalse(unflushed.mayBeLackingIn(1));
    assertTrue(unflushed.mayBeLackingIn(2));
  }

  @Test
  void failedFlushCoversNothing() {
    UnflushedWrites unflushed = new UnflushedWrites();
    unflushed.completed(request(0, DiskOperation.WRITE), DiskStatus.OK, 1);
    Output.DiskRequested flush = request(1, DiskOperation.FLUSH);
    unflushed.made(flush);
    unflushed.completed(flush, DiskStatus.IO_ERROR, 1);
    unflushed.ownFlushBegan(0);
    unflushed.ownFlushEnded(0, DiskStatus.IO_ERROR);
    assertEquals(1, unflushed.writes().size());
    unflushed.ownFlushBegan(1);
    unflushed.ownFlushEnded(0, DiskStatus.OK);
    assertEquals(1, unflushed.writes().size(), "that one was overtaken");
    unflushed.ownFlushEnded(1, DiskStatus.OK);
    assertEquals(0, unflushed.bytes());
  }

  @Test
  void lagIsTheAgeOfTheOldestPositionNotExecuted() {
    LagBound lag = new LagBound();
    lag.reached(100, 0);
    lag.reached(200, 5 * MILLI);
    assertEquals(9 * MILLI, lag.lagNanos(9 * MILLI));
    lag.executed(100);
    assertEquals(4 * MILLI, lag.lagNanos(9 * MILLI));
    lag.executed(200);
    assertEquals(0, lag.lagNanos(9 * MILLI));
  }

  @Test
  void lagInBytesIsWhatTheOtherMachineHasNotExecuted() {
    LagBound lag = new LagBound();
    lag.appended(100, 10);
    lag.appended(200, 5);
    assertEquals(15, lag.unexecutedBytes());
    lag.executed(199);
    assertEquals(5, lag.unexecutedBytes());
    lag.executed(200);
    assertEquals(0, lag.unexecutedBytes());
  }

  @Test
  void guestTimeFollowsTheHostsFromWhereItWas() {
    ClockPolicy clock = new ClockPolicy(5_000, -700);
    assertEquals(5_000, clock.guestTimeAt(-700));
    assertEquals(5_100, clock.guestTimeAt(-600));
    assertEquals(-600, clock.hostTimeAt(5_100));
    assertEquals(Long.MAX_VALUE, clock.hostTimeAt(Long.MAX_VALUE));
  }
}
