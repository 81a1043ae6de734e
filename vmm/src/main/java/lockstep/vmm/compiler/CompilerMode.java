package lockstep.vmm.compiler;

/** What of the guest's code is compiled. The guest can't tell the difference. */
public enum CompilerMode {
  /** Nothing: all is interpreted. */
  OFF,

  /** What is hot, in the background. */
  ON,

  /** Everything, at its first execution: for tests. */
  EAGER
}
