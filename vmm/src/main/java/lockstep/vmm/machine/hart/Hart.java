package lockstep.vmm.machine.hart;

import lockstep.vmm.machine.bus.Bus;
import lockstep.vmm.machine.bus.InterruptLine;
import lockstep.vmm.machine.memory.PhysicalMemory;
import lockstep.vmm.machine.state.StateVisitor;
import lockstep.vmm.machine.state.Stateful;

/** A RISC-V hart: RV64GC with M, S and U modes and Sv39. */
public final class Hart implements Stateful {
  private final int id;
  private final PhysicalMemory memory;
  private final Bus bus;
  private final GuestTime time;
  private final long[] x = new long[64];

  public Hart(int id, PhysicalMemory memory, Bus bus, GuestTime time) {
    this.id = id;
    this.memory = memory;
    this.bus = bus;
    this.time = time;
  }

  public int id() {
    return id;
  }

  /** Integer register {@code x0} to {@code x31}. */
  public long x(int register) {
    return x[register];
  }

  public void setX(int register, long value) {
    if (register != 0) {
      x[register] = value;
    }
  }

  /** Serves ecalls from S-mode from now on; part of how a machine is built, not of its state. */
  public void installFirmware(SbiFirmware firmware) {}

  /** Power-on in M-mode at {@code pc}. */
  public void startInMachineMode(long pc) {}

  /**
   * Power-on as firmware hands over to a supervisor: S-mode, satp 0, everything a supervisor
   * handles itself delegated to it.
   */
  public void startInSupervisorMode(long pc, long a0, long a1) {}

  /**
   * Sets or clears a pending interrupt, a cause of {@link Interrupts}, from outside of the hart.
   */
  public void setInterruptPending(int cause, boolean pending) {}

  public InterruptLine line(int cause) {
    return asserted -> setInterruptPending(cause, asserted);
  }

  /** Arms the supervisor's timer for {@code ticks} of the time CSR (SBI TIME.set_timer). */
  public void setTimer(long ticks) {}

  /** Waits as a WFI does (SBI HSM.hart_suspend). */
  public void waitForInterrupt() {}

  /** Whether the hart waits for an interrupt and none is pending. */
  public boolean isIdle() {
    return false;
  }

  /** Lets {@link #run} return behind the step that is being executed. */
  public void pauseAfterStep() {}

  /** Guest time at which the next armed timer fires, or {@link GuestTime#NEVER}. */
  public long nextTimerNanos() {
    return GuestTime.NEVER;
  }

  /** Guest time has been moved. */
  public void timeMoved() {}

  /** Executes until the position limit, an idle wait, or a pause asked for. */
  public void run(long positionLimit) {}

  @Override
  public void visit(StateVisitor state) {
    state.int64s("x", x);
  }
}
