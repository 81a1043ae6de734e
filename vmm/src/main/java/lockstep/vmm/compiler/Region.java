package lockstep.vmm.compiler;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import lockstep.vmm.compiler.Block.End;
import lockstep.vmm.machine.hart.UnitContext;
import lockstep.vmm.machine.isa.Decoder;
import lockstep.vmm.machine.isa.Insn;
import lockstep.vmm.machine.isa.Op;
import lockstep.vmm.machine.memory.PhysicalMemory;
import org.jspecify.annotations.Nullable;

/**
 * The code of a unit: what can be reached from its entry without leaving the page, by branches,
 * jumps and returns from calls, up to a number of instructions.
 */
final class Region {
  private static final int SLOTS = PhysicalMemory.PAGE_BYTES / 2;
  private static final int RETURN_ADDRESS = 1;
  private static final int ALTERNATE_LINK = 5;

  private final byte[] page;
  private final BitSet reached;
  private final BitSet visited = new BitSet(SLOTS);
  private final BitSet leaders = new BitSet(SLOTS);
  private final @Nullable Block[] blockAt = new Block[SLOTS];

  /** In reverse postorder: what is not ahead of a block in it is a loop. */
  private final List<Block> blocks = new ArrayList<>();

  private final BitSet covered = new BitSet(SLOTS);
  private int instructions;

  private Region(byte[] page, BitSet reached) {
    this.page = page;
    this.reached = reached;
  }

  /**
   * @param page the bytes of the physical page
   * @param reached what is worth to be in it
   */
  static Region discover(byte[] page, BitSet reached, int entrySlot, int instructionsMax) {
    Region region = new Region(page, reached);
    region.visit(entrySlot, instructionsMax);
    region.leaders.set(entrySlot);
    region.order(entrySlot);
    region.dominators();
    region.placeCheckpoints();
    region.findDirty();
    region.findLive();
    region.findWords();
    return region;
  }

  List<Block> blocks() {
    return blocks;
  }

  /** The block that begins at a slot, if the region has it. */
  @Nullable Block at(int slot) {
    return slot >= 0 && slot < SLOTS ? blockAt[slot] : null;
  }

  /**
   * The block that begins at a slot, if control may go there from {@code from} within the unit.
   *
   * <p>A jump back to a block that control need not have passed before would give a loop two
   * entries, and the JVM optimises no such loop. Such a jump leaves the unit instead; where it
   * leads to becomes the entry of a unit of its own if that happens often.
   */
  @Nullable Block successor(Block from, int slot) {
    Block block = at(slot);
    return block == null || (block.index <= from.index && !block.dominates(from)) ? null : block;
  }

  /** Every slot with a byte of an instruction of the region. */
  BitSet covered() {
    return covered;
  }

  int instructions() {
    return instructions;
  }

  /** The instruction at a slot; {@link Op#ILLEGAL} if it does not end in this page. */
  private long decode(int slot) {
    int low = page[2 * slot] & 0xff | (page[2 * slot + 1] & 0xff) << 8;
    if (!Decoder.isLong(low)) {
      return Decoder.decode(low);
    }
    if (slot == SLOTS - 1) {
      return Insn.pack(Op.ILLEGAL, 1, 0, 0, 0, low);
    }
    int high = page[2 * slot + 2] & 0xff | (page[2 * slot + 3] & 0xff) << 8;
    return Decoder.decode(high << 16 | low);
  }

  /** Marks the instructions of the region, nearest first, and where its blocks begin. */
  private void visit(int entrySlot, int instructionsMax) {
    ArrayDeque<Integer> from = new ArrayDeque<>();
    from.add(entrySlot);
    while (!from.isEmpty() && instructions < instructionsMax) {
      int slot = from.remove();
      if (slot < 0 || slot >= SLOTS || (slot != entrySlot && !reached.get(slot))) {
        continue;
      }
      leaders.set(slot);
      while (slot < SLOTS && !visited.get(slot) && instructions < instructionsMax) {
        visited.set(slot);
        instructions++;
        long insn = decode(slot);
        End end = end(insn, slot);
        if (end != null) {
          for (int next : new Block(slot, new long[0], end, slot).successors()) {
            from.add(next);
          }
          break;
        }
        slot += Insn.slots(insn);
      }
    }
  }

  /** How an instruction ends its block; null if it does not. */
  private static @Nullable End end(long insn, int slot) {
    int op = Insn.op(insn);
    int next = slot + Insn.slots(insn);
    int target = slot + Insn.immediate(insn) / 2;
    boolean links = Insn.rd(insn) != Insn.DISCARD;
    return switch (op) {
      case Op.BEQ, Op.BNE, Op.BLT, Op.BGE, Op.BLTU, Op.BGEU -> new End.Branch(insn, target, next);
      case Op.JAL -> links ? new End.Call(insn, target, next) : new End.Jump(target);
      case Op.JALR ->
          isReturnedTo(Insn.rd(insn))
              ? new End.CallByRegister(insn, next)
              : new End.JumpByRegister(insn, next);
      default -> InstructionEmitter.handles(insn) ? null : new End.Stop();
    };
  }

  /**
   * Whether control comes back to an address that is left in a register, by the calling convention
   * (unprivileged spec, 2.5.1). Stubs of dynamically linked functions jump with another one.
   */
  private static boolean isReturnedTo(int register) {
    return register == RETURN_ADDRESS || register == ALTERNATE_LINK;
  }

  private Block block(int firstSlot) {
    List<Long> insns = new ArrayList<>();
    int slot = firstSlot;
    End end = null;
    int endSlot = slot;
    while (end == null) {
      if (slot >= SLOTS || !visited.get(slot) || (slot != firstSlot && leaders.get(slot))) {
        end = new End.Fall(slot);
        endSlot = slot;
        break;
      }
      long insn = decode(slot);
      covered.set(slot, Math.min(slot + Insn.slots(insn), SLOTS));
      end = end(insn, slot);
      endSlot = slot;
      if (end == null) {
        insns.add(insn);
        slot += Insn.slots(insn);
      }
    }
    return new Block(firstSlot, insns.stream().mapToLong(Long::longValue).toArray(), end, endSlot);
  }

  /** Makes the blocks, and brings them into reverse postorder. */
  private void order(int entrySlot) {
    ArrayDeque<Block> path = new ArrayDeque<>();
    ArrayDeque<int[]> waiting = new ArrayDeque<>();
    push(entrySlot, path, waiting);
    while (!path.isEmpty()) {
      int[] successors = waiting.getFirst();
      int next = -1;
      for (int i = 0; i < successors.length && next < 0; i++) {
        next = successors[i];
        successors[i] = -1;
      }
      if (next < 0) {
        waiting.removeFirst();
        blocks.add(path.removeFirst());
      } else if (next < SLOTS && visited.get(next) && blockAt[next] == null) {
        push(next, path, waiting);
      }
    }
    Collections.reverse(blocks);
    for (int i = 0; i < blocks.size(); i++) {
      blocks.get(i).index = i;
    }
  }

  /** After Cooper, Harvey and Kennedy, A Simple, Fast Dominance Algorithm. */
  private void dominators() {
    Block entry = blocks.getFirst();
    entry.dominator = entry;
    boolean changed = true;
    while (changed) {
      changed = false;
      for (Block block : blocks) {
        for (int next : block.successors()) {
          Block successor = at(next);
          if (successor != null && successor != entry) {
            Block before = successor.dominator;
            successor.dominator = before == null ? block : nearestCommon(before, block);
            changed |= successor.dominator != before;
          }
        }
      }
    }
  }

  private static Block nearestCommon(Block a, Block b) {
    Block one = a;
    Block other = b;
    while (one != other) {
      if (one.index > other.index) {
        one = Objects.requireNonNull(one.dominator);
      } else {
        other = Objects.requireNonNull(other.dominator);
      }
    }
    return one;
  }

  private void push(int slot, ArrayDeque<Block> path, ArrayDeque<int[]> waiting) {
    Block block = block(slot);
    blockAt[slot] = block;
    path.addFirst(block);
    waiting.addFirst(Arrays.copyOf(block.successors(), block.successors().length));
  }

  /** Every cycle, and everything behind a call, gets a test of the budget. */
  private void placeCheckpoints() {
    blocks.getFirst().isCheckpoint = true;
    for (Block block : blocks) {
      for (int next : block.successors()) {
        Block successor = successor(block, next);
        if (successor != null && (block.isCall() || successor.index <= block.index)) {
          successor.isCheckpoint = true;
        }
      }
    }
    for (Block block : blocks.reversed()) {
      int longest = 0;
      for (int next : block.successors()) {
        Block successor = successor(block, next);
        if (successor != null && !successor.isCheckpoint) {
          longest = Math.max(longest, successor.stepsToCheckpoint);
        }
      }
      block.stepsToCheckpoint = block.steps() + longest;
    }
  }

  private void findDirty() {
    boolean changed = true;
    while (changed) {
      changed = false;
      for (Block block : blocks) {
        int x = block.isCall() ? 0 : dirtyXAtEnd(block);
        int f = block.isCall() ? 0 : dirtyFAtEnd(block);
        for (int next : block.successors()) {
          Block successor = successor(block, next);
          if (successor != null && ((x & ~successor.dirtyX) != 0 || (f & ~successor.dirtyF) != 0)) {
            successor.dirtyX |= x;
            successor.dirtyF |= f;
            changed = true;
          }
        }
      }
    }
  }

  /** A call is behind all registers: they are read again where it returns to. */
  private void findLive() {
    boolean changed = true;
    while (changed) {
      changed = false;
      for (Block block : blocks.reversed()) {
        int x = 0;
        int f = 0;
        if (!block.isCall()) {
          for (int next : block.successors()) {
            Block successor = successor(block, next);
            if (successor != null) {
              x |= successor.liveX;
              f |= successor.liveF;
            }
          }
        }
        x = x & ~Registers.writtenX(block.endInsn()) | Registers.readX(block.endInsn());
        for (int i = block.insns.length - 1; i >= 0; i--) {
          x = x & ~Registers.writtenX(block.insns[i]) | Registers.readX(block.insns[i]);
          f = f & ~Registers.writtenF(block.insns[i]) | Registers.readF(block.insns[i]);
        }
        x |= block.dirtyX;
        f |= block.dirtyF;
        changed |= x != block.liveX || f != block.liveF;
        block.liveX = x;
        block.liveF = f;
      }
    }
  }

  /** The entry may be come to with anything; so may what is behind a call. */
  private void findWords() {
    blocks.getFirst().wordX = Words.NONE;
    boolean changed = true;
    while (changed) {
      changed = false;
      for (Block block : blocks) {
        int words = block.isCall() ? Words.NONE : wordXAtEnd(block);
        for (int next : block.successors()) {
          Block successor = successor(block, next);
          if (successor != null && (successor.wordX & ~words) != 0) {
            successor.wordX &= words;
            changed = true;
          }
        }
      }
    }
  }

  private static int wordXAtEnd(Block block) {
    int words = block.wordX;
    for (long insn : block.insns) {
      words = Words.after(insn, words);
    }
    return words;
  }

  /** What may be dirty behind the block's last instruction. */
  static int dirtyXAtEnd(Block block) {
    int dirty = block.dirtyX | Registers.writtenX(block.endInsn());
    for (long insn : block.insns) {
      dirty |= Registers.writtenX(insn);
    }
    return dirty;
  }

  static int dirtyFAtEnd(Block block) {
    int dirty = block.dirtyF;
    for (long insn : block.insns) {
      dirty |= Registers.writtenF(insn);
    }
    return dirty;
  }

  /** Integer registers that its code touches. */
  int usedX() {
    int used = 0;
    for (Block block : blocks) {
      used |= Registers.readX(block.endInsn()) | Registers.writtenX(block.endInsn());
      for (long insn : block.insns) {
        used |= Registers.readX(insn) | Registers.writtenX(insn);
      }
    }
    return used;
  }

  int usedF() {
    int used = 0;
    for (Block block : blocks) {
      for (long insn : block.insns) {
        used |= Registers.readF(insn) | Registers.writtenF(insn);
      }
    }
    return used;
  }

  /** Whether its own instructions may turn floating point on or off, or have it round otherwise. */
  boolean mayChangeFloat() {
    return blocks.stream()
        .flatMapToLong(block -> Arrays.stream(block.insns))
        .anyMatch(
            insn -> InstructionEmitter.isCsr(Insn.op(insn)) && UnitContext.mayChangeFloat(insn));
  }
}
