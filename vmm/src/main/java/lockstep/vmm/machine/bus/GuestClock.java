package lockstep.vmm.machine.bus;

/** Guest time, as devices read it inside a step. */
@FunctionalInterface
public interface GuestClock {
  /** Nanoseconds of guest time at the current position. */
  long timeNanos();
}
