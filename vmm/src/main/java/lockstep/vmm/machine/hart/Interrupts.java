package lockstep.vmm.machine.hart;

/** Interrupt causes, which are also bit numbers of mip and mie (privileged spec, 3.1.9). */
public final class Interrupts {
  public static final int SUPERVISOR_SOFTWARE = 1;
  public static final int MACHINE_SOFTWARE = 3;
  public static final int SUPERVISOR_TIMER = 5;
  public static final int MACHINE_TIMER = 7;
  public static final int SUPERVISOR_EXTERNAL = 9;
  public static final int MACHINE_EXTERNAL = 11;

  private Interrupts() {}
}
