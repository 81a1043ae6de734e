package lockstep.vmm.machine.hart;

/**
 * The registers of physical memory protection (privileged spec, 3.7.1), kept but not enforced: the
 * machine runs one guest, which owns M-mode or does not have it at all.
 */
final class Pmp {
  private static final long ADDRESS = (1L << 54) - 1;
  private static final int LOCKED = 0x80;
  private static final int FIELDS = 0x9f;

  private final HartState state;

  Pmp(HartState state) {
    this.state = state;
  }

  static boolean isRegister(int csr) {
    return csr == Csr.PMPCFG0
        || csr == Csr.PMPCFG2
        || (csr >= Csr.PMPADDR0 && csr <= Csr.PMPADDR15);
  }

  long read(int csr) {
    return csr >= Csr.PMPADDR0
        ? state.pmpaddr[csr - Csr.PMPADDR0]
        : state.pmpcfg[(csr - Csr.PMPCFG0) / 2];
  }

  void write(int csr, long value) {
    if (csr >= Csr.PMPADDR0) {
      int entry = csr - Csr.PMPADDR0;
      if ((config(entry) & LOCKED) == 0) {
        state.pmpaddr[entry] = value & ADDRESS;
      }
      return;
    }
    int first = (csr - Csr.PMPCFG0) * 4;
    for (int i = 0; i < 8; i++) {
      if ((config(first + i) & LOCKED) == 0) {
        setConfig(first + i, (int) (value >>> (8 * i)) & FIELDS);
      }
    }
  }

  private int config(int entry) {
    return (int) (state.pmpcfg[entry / 8] >>> (8 * (entry % 8))) & 0xff;
  }

  private void setConfig(int entry, int config) {
    int shift = 8 * (entry % 8);
    long others = state.pmpcfg[entry / 8] & ~(0xffL << shift);
    state.pmpcfg[entry / 8] = others | (long) config << shift;
  }
}
