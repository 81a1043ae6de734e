package lockstep.vmm.compiler;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import lockstep.vmm.compiler.Block.End;
import lockstep.vmm.machine.isa.Insn;
import lockstep.vmm.machine.isa.Op;

/**
 * Which loads and stores of a loop can share a look into the TLB: what copies, compares or clears
 * memory has many of them at constant distances from the same register, nearly always in one page.
 *
 * <p>Such a block is written twice. The first begins with a test for each group, that all of it is
 * in one page which the TLB has, and aligned; its accesses then need no test of their own. Nothing
 * in the block can change that on the way. If a test fails, control goes to the second, which tests
 * each access, so that faults and side exits are where they always are.
 *
 * <p>Only for loops of one block. Elsewhere a group is small, and what is written twice costs the
 * JVM's compilers more than it gains.
 */
final class PageGroups {
  /** The more bytes, the more often they are in two pages. */
  private static final int BYTES_MAX = 512;

  private static final int ACCESSES_MIN = 4;

  /**
   * Accesses that share a test.
   *
   * @param base register that they are relative to, as it is where the block begins
   * @param isStore whether they are stores, or loads
   * @param offset of the first byte to be tested, from that register; aligned as the widest access
   * @param bytes to be in one page, from there on
   * @param log2Size of the widest access
   * @param offsets of each access from that register, by its slot
   */
  record Group(
      int base,
      boolean isStore,
      int offset,
      int bytes,
      int log2Size,
      Map<Integer, Integer> offsets) {}

  private record Access(int slot, int offset, int log2Size) {
    int end() {
      return offset + (1 << log2Size);
    }
  }

  private record Key(int base, boolean isStore) {}

  private final Map<Key, List<Access>> accesses = new LinkedHashMap<>();

  /** What has been added to each register since the block began, if that is all. */
  private final int[] added = new int[Insn.REGISTERS];

  private int otherwiseChanged = 1;

  private PageGroups() {}

  /** The groups of a block; none where they would not pay. */
  static List<Group> of(Block block) {
    PageGroups groups = new PageGroups();
    return isLoop(block) && groups.gather(block) ? groups.groups() : List.of();
  }

  private static boolean isLoop(Block block) {
    return block.end instanceof End.Branch(long _, int taken, int next)
        && (taken == block.firstSlot || next == block.firstSlot);
  }

  /** False if the block has something that is not simple enough. */
  private boolean gather(Block block) {
    int slot = block.firstSlot;
    for (long insn : block.insns) {
      int op = Insn.op(insn);
      if (!isSimple(op)) {
        return false;
      }
      if (op >= Op.LB && op <= Op.SD) {
        access(op, insn, slot);
      }
      written(op, insn);
      slot += Insn.slots(insn);
    }
    return true;
  }

  /** Integer arithmetic, and loads and stores of integers. */
  private static boolean isSimple(int op) {
    return op == Op.LUI
        || op == Op.AUIPC
        || (op >= Op.LB && op < Op.FENCE)
        || (op >= Op.MUL && op <= Op.REMUW)
        || op >= Op.ADD_UW;
  }

  private void access(int op, long insn, int slot) {
    int base = Insn.rs1(insn);
    if ((otherwiseChanged >>> base & 1) == 0) {
      accesses
          .computeIfAbsent(new Key(base, op >= Op.SB), _ -> new ArrayList<>())
          .add(
              new Access(
                  slot, added[base] + Insn.immediate(insn), InstructionEmitter.log2Size(op)));
    }
  }

  private void written(int op, long insn) {
    int rd = Insn.rd(insn);
    if (op == Op.ADDI && Insn.rs1(insn) == rd) {
      added[rd] += Insn.immediate(insn);
    } else {
      otherwiseChanged |= Registers.writtenX(insn);
    }
  }

  private List<Group> groups() {
    List<Group> groups = new ArrayList<>();
    accesses.forEach(
        (key, all) -> {
          Group group = group(key, all);
          if (group.offsets.size() >= ACCESSES_MIN && group.bytes <= BYTES_MAX) {
            groups.add(group);
          }
        });
    return groups;
  }

  /** All of the accesses but those that would be misaligned if the widest one is aligned. */
  private static Group group(Key key, List<Access> all) {
    Access widest = all.getFirst();
    for (Access each : all) {
      if (each.log2Size > widest.log2Size) {
        widest = each;
      }
    }
    int begin = widest.offset;
    int end = widest.end();
    Map<Integer, Integer> offsets = new LinkedHashMap<>();
    for (Access each : all) {
      if ((each.offset - widest.offset & (1 << each.log2Size) - 1) == 0) {
        begin = Math.min(begin, each.offset);
        end = Math.max(end, each.end());
        offsets.put(each.slot, each.offset);
      }
    }
    int mask = (1 << widest.log2Size) - 1;
    int aligned = widest.offset - (widest.offset - begin + mask & ~mask);
    return new Group(key.base, key.isStore, aligned, end - aligned, widest.log2Size, offsets);
  }
}
