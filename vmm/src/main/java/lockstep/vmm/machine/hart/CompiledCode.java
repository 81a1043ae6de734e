package lockstep.vmm.machine.hart;

import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import lockstep.vmm.machine.isa.Insn;
import lockstep.vmm.machine.memory.PhysicalMemory;
import org.jspecify.annotations.Nullable;

/**
 * The compiled units of a hart. An installed unit's entry slot in {@link CodePages} holds {@link
 * SlotOp#COMPILED} with the unit's number, so whoever reaches it finds it there, and only while the
 * code it was made from stands unchanged: a write to any of it takes the unit away first.
 */
final class CompiledCode {
  private static final int UNITS_MAX = 1 << 12;

  /** Heat at which a place is worth compiling: some 200,000 steps interpreted. */
  private static final int HOT = 6_144;

  /** Heat of a place where one of the sampler's periods ends. */
  static final int SAMPLE = 256;

  /** Heat of an arrival from compiled code, which costs as much as 60 steps. */
  static final int ARRIVAL = 2;

  private static final int NEW_ENTRIES = 2000;
  private static final long NEW_SLICE_STEPS = 3000;

  /** Long enough that leaving costs nothing, short enough to get out of what the JVM replaces. */
  private static final long SLICE_STEPS = 200_000;

  private static final int REQUESTS_MAX = 8;

  /** Pages whose compiled code is overwritten that often are left to the interpreter a while. */
  private static final int DROPS_MAX = 64;

  /** After so many drops in all, every page gets another chance. */
  private static final int DROPS_FORGOTTEN_AFTER = 4096;

  private static final int REFUSED_PAGES_MAX = 4096;

  private final UnitCompiler compiler;
  private final PhysicalMemory memory;
  private final CodePages codePages;
  private final CodeEpoch epoch;
  private final EntryHeat heat = new EntryHeat();
  private final Set<Integer> requested = new HashSet<>();
  private final Map<Integer, BitSet> refused = new HashMap<>();
  private final Map<Integer, Integer> drops = new HashMap<>();
  private final int threshold;
  private final CompiledUnit[] units = new CompiledUnit[UNITS_MAX];
  private final int[] freeIds = new int[UNITS_MAX];
  private final @Nullable CompiledUnit[] firstOfPage;
  private int freeCount;
  private int dropsInAll;

  CompiledCode(UnitCompiler compiler, PhysicalMemory memory, CodePages codePages, CodeEpoch epoch) {
    this.compiler = compiler;
    this.memory = memory;
    this.codePages = codePages;
    this.epoch = epoch;
    threshold = compiler.mode() == UnitCompiler.Mode.EAGER ? 1 : HOT;
    firstOfPage = new CompiledUnit[memory.pageCount()];
    freeAll();
  }

  private void freeAll() {
    for (int i = 0; i < UNITS_MAX; i++) {
      freeIds[i] = UNITS_MAX - 1 - i;
    }
    freeCount = UNITS_MAX;
  }

  UnitCompiler.Mode mode() {
    return compiler.mode();
  }

  /** By number, as {@link UnitContext} takes them. */
  CompiledUnit[] units() {
    return units;
  }

  /**
   * How many steps to let the unit of an entry run: few while it is new, since the JVM compiles a
   * method that is called often soon, and what it has compiled serves the next call only.
   */
  long sliceOf(long entry) {
    CompiledUnit unit = units[Insn.immediate(entry)];
    if (unit.entered < NEW_ENTRIES) {
      unit.entered++;
      return NEW_SLICE_STEPS;
    }
    return SLICE_STEPS;
  }

  /** What an entry's slot held before it became one. */
  long originalOf(long entry) {
    return units[Insn.immediate(entry)].original;
  }

  /** Whether the unit of {@code entry} is installed in {@code page}. */
  boolean isInstalled(long entry, int page, int slot) {
    CompiledUnit unit = units[Insn.immediate(entry)];
    return unit != null && unit.page == page && unit.entrySlot == slot;
  }

  private static int key(int page, int slot) {
    return page * CodePages.SLOTS + slot;
  }

  /**
   * A place was met from where a unit could go. Once that has been often enough, it is compiled,
   * or, if there was no room for a while, what is hotter.
   */
  void met(int page, int slot, int weight) {
    int key = key(page, slot);
    if (heat.add(key, weight) < threshold
        || requested.size() >= REQUESTS_MAX
        || !compiler.hasRoom()) {
      return;
    }
    request(compiler.mode() == UnitCompiler.Mode.EAGER ? key : heat.hottest());
  }

  private void request(int key) {
    heat.forget(key);
    int page = Integer.divideUnsigned(key, CodePages.SLOTS);
    int slot = Integer.remainderUnsigned(key, CodePages.SLOTS);
    BitSet refusals = refused.get(page);
    if ((refusals != null && refusals.get(slot))
        || drops.getOrDefault(page, 0) > DROPS_MAX
        || requested.contains(key)) {
      return;
    }
    byte[] code = new byte[PhysicalMemory.PAGE_BYTES];
    memory.read(PhysicalMemory.addressOf(page), code, 0, code.length);
    compiler.offer(new UnitCompiler.Request(page, slot, code, reached(page)));
    requested.add(key);
  }

  private BitSet reached(int page) {
    BitSet reached = new BitSet(CodePages.SLOTS);
    if (compiler.mode() == UnitCompiler.Mode.EAGER) {
      reached.set(0, CodePages.SLOTS);
    } else {
      codePages.addDecoded(page, reached);
    }
    return reached;
  }

  /** Installs what has been compiled meanwhile. */
  void installFinished() {
    for (UnitCompiler.Result result = compiler.poll(); result != null; result = compiler.poll()) {
      UnitCompiler.Request request = result.request();
      requested.remove(key(request.page(), request.entrySlot()));
      CompiledUnit unit = result.unit();
      if (unit == null) {
        refuse(request);
      } else if (isStillTrue(result)) {
        install(unit, result);
      }
    }
  }

  private void refuse(UnitCompiler.Request request) {
    if (refused.size() >= REFUSED_PAGES_MAX) {
      refused.clear();
    }
    refused.computeIfAbsent(request.page(), _ -> new BitSet()).set(request.entrySlot());
  }

  /** Whether the page is watched, and holds what the unit was made from. */
  private boolean isStillTrue(UnitCompiler.Result result) {
    int page = result.request().page();
    if (!codePages.isMarked(page)) {
      return false;
    }
    byte[] code = result.request().code();
    long base = PhysicalMemory.addressOf(page);
    BitSet covered = result.covered();
    for (int slot = covered.nextSetBit(0); slot >= 0; slot = covered.nextSetBit(slot + 1)) {
      int now = (int) memory.load(base + 2L * slot, 1);
      if (now != (code[2 * slot] & 0xff | (code[2 * slot + 1] & 0xff) << 8)) {
        return false;
      }
    }
    return true;
  }

  private void install(CompiledUnit unit, UnitCompiler.Result result) {
    if (freeCount == 0) {
      clear();
    }
    int page = result.request().page();
    int slot = result.request().entrySlot();
    long[] slots = codePages.slots(page);
    if (slots[slot] == SlotOp.UNDECODED) {
      codePages.decode(page, slot);
    }
    int op = Insn.op(slots[slot]);
    if (op == SlotOp.COMPILED || op == SlotOp.UNDECODED) {
      return;
    }
    unit.id = freeIds[--freeCount];
    unit.page = page;
    unit.entrySlot = slot;
    unit.covered = result.covered();
    unit.original = slots[slot];
    unit.nextOfPage = firstOfPage[page];
    firstOfPage[page] = unit;
    units[unit.id] = unit;
    slots[slot] = SlotOp.compiled(unit.id);
  }

  /** Bytes of a page have been undecoded, because they are about to change. */
  void undecoded(int page, int firstSlot, int lastSlot) {
    refused.remove(page);
    CompiledUnit before = null;
    CompiledUnit unit = firstOfPage[page];
    while (unit != null) {
      CompiledUnit next = unit.nextOfPage;
      int touched = unit.covered.nextSetBit(firstSlot);
      if (touched >= 0 && touched <= lastSlot) {
        if (before == null) {
          firstOfPage[page] = next;
        } else {
          before.nextOfPage = next;
        }
        remove(unit);
        countDrop(page);
      } else {
        before = unit;
      }
      unit = next;
    }
  }

  private void remove(CompiledUnit unit) {
    long[] slots = codePages.slots(unit.page);
    if (slots[unit.entrySlot] == SlotOp.compiled(unit.id)) {
      slots[unit.entrySlot] = unit.original;
    }
    removeNumber(unit.id);
  }

  @SuppressWarnings("NullAway") // the slots that hold a number have gone with its unit
  private void removeNumber(int id) {
    epoch.value++;
    units[id] = null;
    freeIds[freeCount++] = id;
  }

  private void countDrop(int page) {
    if (++dropsInAll == DROPS_FORGOTTEN_AFTER) {
      dropsInAll = 0;
      drops.clear();
    }
    drops.merge(page, 1, Integer::sum);
  }

  /** Forgets every unit; slots that held entries hold again what they did. */
  void clear() {
    for (CompiledUnit unit : units) {
      if (unit != null) {
        firstOfPage[unit.page] = null;
        remove(unit);
      }
    }
    refused.clear();
    heat.clear();
  }
}
