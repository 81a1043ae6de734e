package lockstep.vmm.machine.hart;

/**
 * Serves the ecalls of S-mode in place of firmware in M-mode (RISC-V SBI specification). A call is
 * one retired instruction, so one step; the hart goes on behind the ecall.
 */
@FunctionalInterface
public interface SbiFirmware {

  /**
   * Serves one call: extension in a7, function in a6, arguments from a0; leaves error in a0 and
   * value in a1 by {@link Hart#setX}.
   */
  void call(Hart hart);
}
