package lockstep.vmm.machine.hart;

import lockstep.vmm.machine.hart.PageWalker.Access;
import lockstep.vmm.machine.isa.Insn;
import lockstep.vmm.machine.isa.Op;
import lockstep.vmm.machine.memory.PhysicalMemory;

/**
 * The A extension (unprivileged spec, 13). A reservation is one physical address; SC succeeds only
 * at the address of the last LR, if no trap, SC or device's write to it came between.
 */
final class AtomicUnit {
  private final HartState state;
  private final PhysicalMemory memory;
  private final Mmu mmu;
  private final MemoryUnit unit;

  AtomicUnit(HartState state, PhysicalMemory memory, Mmu mmu, MemoryUnit unit) {
    this.state = state;
    this.memory = memory;
    this.mmu = mmu;
    this.unit = unit;
  }

  static boolean isAtomic(int op) {
    return op >= Op.LR_W && op <= Op.AMOMAXU_D;
  }

  /** Whether it is LR, which only loads. */
  static boolean reserves(int op) {
    return op == Op.LR_W || op == Op.LR_D;
  }

  static boolean isAligned(int op, long address) {
    return (address & ((1 << log2Size(op)) - 1)) == 0;
  }

  private static int log2Size(int op) {
    return switch (op) {
      case Op.LR_D,
          Op.SC_D,
          Op.AMOSWAP_D,
          Op.AMOADD_D,
          Op.AMOXOR_D,
          Op.AMOAND_D,
          Op.AMOOR_D,
          Op.AMOMIN_D,
          Op.AMOMAX_D,
          Op.AMOMINU_D,
          Op.AMOMAXU_D ->
          3;
      default -> 2;
    };
  }

  /** Executes LR, SC or an AMO; false if it faults. */
  boolean execute(int op, long insn) {
    int log2Size = log2Size(op);
    long address = state.x[Insn.rs1(insn)];
    boolean reserves = reserves(op);
    if (!isAligned(op, address)) {
      return unit.fault(reserves ? Cause.LOAD_MISALIGNED : Cause.STORE_MISALIGNED, address);
    }
    long physical = reserves ? reachForLoad(address) : reachForStore(address);
    if (physical == PageWalker.FAULT) {
      return false;
    }
    state.x[Insn.rd(insn)] =
        switch (op) {
          case Op.LR_W, Op.LR_D -> {
            state.reservation = physical;
            yield signed(memory.load(physical, log2Size), log2Size);
          }
          case Op.SC_W, Op.SC_D -> storeConditionally(physical, log2Size, state.x[Insn.rs2(insn)]);
          default -> modify(op, physical, log2Size, state.x[Insn.rs2(insn)]);
        };
    return true;
  }

  private long reachForLoad(long address) {
    DataTlb tlb = mmu.data();
    return tlb.hitsLoad(address)
        ? tlb.hostOfLoad(address) - memory.hostOffset()
        : unit.translateRam(address, Access.LOAD);
  }

  private long reachForStore(long address) {
    DataTlb tlb = mmu.data();
    return tlb.hitsStore(address)
        ? tlb.hostOfStore(address) - memory.hostOffset()
        : unit.translateRam(address, Access.STORE);
  }

  private static long signed(long loaded, int log2Size) {
    return log2Size == 2 ? (int) loaded : loaded;
  }

  private long storeConditionally(long physical, int log2Size, long value) {
    boolean reserved = state.reservation == physical;
    state.reservation = HartState.NO_RESERVATION;
    if (!reserved) {
      return 1;
    }
    memory.store(physical, log2Size, value);
    return 0;
  }

  private long modify(int op, long physical, int log2Size, long operand) {
    long old = signed(memory.load(physical, log2Size), log2Size);
    memory.store(physical, log2Size, result(op, old, signed(operand, log2Size)));
    return old;
  }

  /** What an AMO stores; words are sign-extended, which keeps unsigned order too. */
  public static long result(int op, long a, long b) {
    return switch (op) {
      case Op.AMOSWAP_W, Op.AMOSWAP_D -> b;
      case Op.AMOADD_W, Op.AMOADD_D -> a + b;
      case Op.AMOXOR_W, Op.AMOXOR_D -> a ^ b;
      case Op.AMOAND_W, Op.AMOAND_D -> a & b;
      case Op.AMOOR_W, Op.AMOOR_D -> a | b;
      case Op.AMOMIN_W, Op.AMOMIN_D -> Math.min(a, b);
      case Op.AMOMAX_W, Op.AMOMAX_D -> Math.max(a, b);
      case Op.AMOMINU_W, Op.AMOMINU_D -> Alu.minu(a, b);
      case Op.AMOMAXU_W, Op.AMOMAXU_D -> Alu.maxu(a, b);
      default -> throw new AssertionError("no AMO: " + op);
    };
  }
}
