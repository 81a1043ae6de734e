package lockstep.vmm.compiler;

/** Whether units count their steps. */
enum Counting {
  /** To the step, with tests wherever control can come round again. */
  EXACT,

  /** Each entry to a unit is one step, whatever it executes: only for measurements. */
  NONE
}
