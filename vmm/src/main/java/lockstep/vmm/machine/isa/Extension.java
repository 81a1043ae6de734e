package lockstep.vmm.machine.isa;

/** The extensions of the ISA string, and the privileged instructions. */
public enum Extension {
  I,
  M,
  A,
  F,
  D,
  C,
  ZICSR,
  ZIFENCEI,
  ZBA,
  ZBB,
  ZBS,
  PRIVILEGED
}
