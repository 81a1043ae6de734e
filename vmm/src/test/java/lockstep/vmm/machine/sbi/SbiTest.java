package lockstep.vmm.machine.sbi;

import static lockstep.vmm.machine.sbi.Caller.BASE;
import static lockstep.vmm.machine.sbi.Caller.DBCN;
import static lockstep.vmm.machine.sbi.Caller.HSM;
import static lockstep.vmm.machine.sbi.Caller.IPI;
import static lockstep.vmm.machine.sbi.Caller.RFENCE;
import static lockstep.vmm.machine.sbi.Caller.SRST;
import static lockstep.vmm.machine.sbi.Caller.TIME;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import lockstep.ft.machine.Input;
import lockstep.ft.machine.Output;
import lockstep.vmm.machine.hart.GuestTime;
import lockstep.vmm.machine.hart.Interrupts;
import lockstep.vmm.machine.memory.PhysicalMemory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** BASE, TIME, IPI, RFENCE, HSM and SRST, and what none of them serves. */
final class SbiTest {
  private static final long PMU = 0x504D55;
  private static final long EVERY_HART = -1;

  private final Caller supervisor = new Caller();

  @Test
  void itIsVersionTwo() {
    assertEquals(0x0200_0000, supervisor.succeeds(BASE, 0));
  }

  @Test
  void theMachineIdRegistersAreZero() {
    for (int function = 4; function <= 6; function++) {
      assertEquals(0, supervisor.succeeds(BASE, function));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {BASE, TIME, IPI, RFENCE, HSM, SRST, DBCN, 0, 1, 2, 8})
  void probingFindsWhatIsThere(long extension) {
    assertEquals(1, supervisor.succeeds(BASE, 3, extension));
  }

  @ParameterizedTest
  @ValueSource(longs = {PMU, 3, 4, 5, 6, 7, 9, 0x0900_0000, -1, TIME | 1L << 32})
  void probingDoesNotFindWhatIsNotThere(long extension) {
    assertEquals(0, supervisor.succeeds(BASE, 3, extension));
  }

  @ParameterizedTest
  @ValueSource(longs = {PMU, 4, -1, TIME | 1L << 32})
  void anUnknownExtensionIsNotSupported(long extension) {
    assertEquals(new Caller.Result(SbiError.NOT_SUPPORTED, 0), supervisor.call(extension, 0, 0, 0));
  }

  @ParameterizedTest
  @ValueSource(longs = {BASE, TIME, IPI, RFENCE, HSM, SRST, DBCN})
  void anUnknownFunctionIsNotSupported(long extension) {
    for (long function : new long[] {99, -1, 1L << 32}) {
      supervisor.refused(SbiError.NOT_SUPPORTED, extension, function, 0, 0);
    }
  }

  @Test
  void theTimerFiresWhenItWasSetTo() {
    supervisor.hart.startInSupervisorMode(PhysicalMemory.RAM_BASE, 0, 0);
    supervisor.succeeds(TIME, 0, 123_456);
    assertEquals(123_456 * GuestTime.NANOS_PER_TICK, supervisor.machine.nextTimerNanos());
    assertFalse(supervisor.hart.isInterruptPending(Interrupts.SUPERVISOR_TIMER));
    supervisor.machine.inject(new Input.ClockMoved(123_456 * GuestTime.NANOS_PER_TICK));
    assertTrue(supervisor.hart.isInterruptPending(Interrupts.SUPERVISOR_TIMER));
    supervisor.succeeds(TIME, 0, -1);
    assertFalse(supervisor.hart.isInterruptPending(Interrupts.SUPERVISOR_TIMER));
    assertEquals(GuestTime.NEVER, supervisor.machine.nextTimerNanos());
  }

  @Test
  void anInterruptIsPendingUntilTheSupervisorClearsIt() {
    supervisor.succeeds(IPI, 0, 0, 0);
    assertFalse(supervisor.hart.isInterruptPending(Interrupts.SUPERVISOR_SOFTWARE));
    supervisor.succeeds(IPI, 0, 1, 0);
    assertTrue(supervisor.hart.isInterruptPending(Interrupts.SUPERVISOR_SOFTWARE));
    supervisor.hart.setSoftwareInterrupt(false);
    assertFalse(supervisor.hart.isInterruptPending(Interrupts.SUPERVISOR_SOFTWARE));
  }

  @Test
  void interruptsGoToHartsThatAreThere() {
    supervisor.succeeds(IPI, 0, 1, 0);
    supervisor.succeeds(IPI, 0, 0, EVERY_HART);
    supervisor.succeeds(IPI, 0, 0, 0);
    supervisor.refused(SbiError.INVALID_PARAM, IPI, 0, 2, 0);
    supervisor.refused(SbiError.INVALID_PARAM, IPI, 0, 3, 0);
    supervisor.refused(SbiError.INVALID_PARAM, IPI, 0, 1, 1);
    supervisor.refused(SbiError.INVALID_PARAM, IPI, 0, 1, Long.MIN_VALUE);
  }

  @Test
  void fencesCheckTheirHarts() {
    for (int function = 0; function <= 2; function++) {
      supervisor.succeeds(RFENCE, function, 1, 0, 0, -1);
      supervisor.succeeds(RFENCE, function, 0, EVERY_HART, 0x1000, 0x1000);
      supervisor.refused(SbiError.INVALID_PARAM, RFENCE, function, 2, 0, 0, 0);
    }
    for (int function = 3; function <= 6; function++) {
      supervisor.refused(SbiError.NOT_SUPPORTED, RFENCE, function, 1, 0, 0, -1);
    }
  }

  @Test
  void theOnlyHartIsStartedAndStays() {
    assertEquals(0, supervisor.succeeds(HSM, 2, 0));
    supervisor.refused(SbiError.INVALID_PARAM, HSM, 2, 1);
    supervisor.refused(SbiError.ALREADY_AVAILABLE, HSM, 0, 0, 0x8020_0000L, 0);
    supervisor.refused(SbiError.INVALID_PARAM, HSM, 0, 1, 0x8020_0000L, 0);
    supervisor.refused(SbiError.FAILED, HSM, 1);
  }

  @Test
  void onlyRetentiveSuspensionIsOffered() {
    supervisor.refused(SbiError.NOT_SUPPORTED, HSM, 3, 0x8000_0000L, 0, 0);
    supervisor.refused(SbiError.NOT_SUPPORTED, HSM, 3, 0x1000_0000L, 0, 0);
    supervisor.refused(SbiError.NOT_SUPPORTED, HSM, 3, 0xffff_ffffL, 0, 0);
    supervisor.refused(SbiError.INVALID_PARAM, HSM, 3, 1, 0, 0);
    supervisor.refused(SbiError.INVALID_PARAM, HSM, 3, 0x8000_0001L, 0, 0);
    supervisor.succeeds(HSM, 3, 0, 0, 0);
  }

  @Test
  void aShutdownSwitchesTheMachineOff() {
    supervisor.call(SRST, 0, 0, 0);
    assertEquals(List.of(new Output.PowerChanged(false)), supervisor.outputs());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void aRebootAsksForAReset(long type) {
    supervisor.call(SRST, 0, type, 1);
    assertEquals(List.of(new Output.PowerChanged(true)), supervisor.outputs());
  }

  @Test
  void aReservedResetChangesNothing() {
    supervisor.refused(SbiError.INVALID_PARAM, SRST, 0, 3, 0);
    supervisor.refused(SbiError.INVALID_PARAM, SRST, 0, 0xf000_0000L, 0);
    supervisor.refused(SbiError.INVALID_PARAM, SRST, 0, 0, 2);
    assertEquals(List.of(), supervisor.outputs());
  }
}
