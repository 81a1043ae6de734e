package lockstep.vmm.machine.hart;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import lockstep.ft.machine.Bytes;
import lockstep.ft.machine.Input;
import lockstep.vmm.machine.Machine;
import lockstep.vmm.machine.MachineConfig;
import lockstep.vmm.machine.memory.GuestMemory;
import lockstep.vmm.machine.memory.PhysicalMemory;

/**
 * A guest that does at random whatever could make a cache lie, all of it from one seed.
 *
 * <p>Code, page tables and data are a few pages each, mapped many times over with random rights.
 * {@link RandomCode} stores to all three, {@link Scribbler} writes to them inside of steps and
 * {@link #inputs} between steps. {@link TrapHandlers} skip what traps, and now and then begin
 * another <em>scenario</em>: another place, privilege, address space, set of addresses and of
 * rights.
 */
public final class RandomGuest {
  static final long RAM = PhysicalMemory.RAM_BASE;
  static final int PAGE = PhysicalMemory.PAGE_BYTES;
  static final long SCENARIOS = RAM + 2 * PAGE;
  static final int SCENARIO_BYTES = 256;

  private static final int RAM_BYTES = 256 * PAGE;
  private static final int PICOSECONDS_PER_STEP = 10_000;
  private static final int SCENARIO_COUNT = 8 * PAGE / SCENARIO_BYTES;

  private static final int FIRST_TABLE = 16;
  private static final int TABLES = 10;
  private static final int FIRST_LEAF_TABLE = 4;
  private static final int FIRST_CODE = 32;
  private static final int FIRST_DATA = 48;
  private static final int POOL = 12;

  /** Virtual pages in use of each leaf table, and how many tables there are. */
  private static final int VIRTUAL_PAGES = 24;

  private static final int VIRTUAL_REGIONS = 5;
  private static final long VIRTUAL = 0x4000_0000L;
  private static final int REGION_SHIFT = 21;

  private static final long V = 1;
  private static final long RWX = 7 << 1;
  private static final long USER = 1 << 4;
  private static final long ACCESSED = 1 << 6;
  private static final long DIRTY = 1 << 7;

  private static final byte[] RAISE = {1};
  private static final byte[] LOWER = {0};

  private final long seed;
  private final Random random;
  private final RandomCode code;

  public RandomGuest(long seed) {
    this.seed = seed;
    random = new Random(seed);
    code = new RandomCode(random);
  }

  /** The machine at position 0; the same for every call, but for how {@code maker} makes it. */
  public Machine machine(Function<MachineConfig, Machine> maker) {
    Machine machine = maker.apply(new MachineConfig(RAM_BYTES, PICOSECONDS_PER_STEP));
    machine
        .bus()
        .map(
            "scribbler",
            Scribbler.BASE,
            Scribbler.SIZE,
            new Scribbler(machine.memory(), machine.outputs()));
    machine.addInputHandler(input -> apply(machine, input));
    random.setSeed(seed);
    TrapHandlers.write(machine.memory());
    for (int i = 0; i < SCENARIO_COUNT; i++) {
      writeScenario(machine.memory(), i);
    }
    for (int page = 0; page < POOL; page++) {
      write(machine.memory(), addressOf(FIRST_CODE + page), codeBytes(PAGE));
      write(machine.memory(), addressOf(FIRST_DATA + page), randomBytes(PAGE));
    }
    writeTables(machine.memory());
    machine.hart().startInMachineMode(TrapHandlers.START);
    return machine;
  }

  private static long addressOf(int page) {
    return RAM + (long) page * PAGE;
  }

  private static void write(GuestMemory memory, long address, byte[] bytes) {
    memory.write(address, bytes, 0, bytes.length);
  }

  private byte[] randomBytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  /** Code; on every other page it lies so that an instruction crosses into the next page. */
  private byte[] codeBytes(int length) {
    ByteBuffer bytes = ByteBuffer.allocate(length + 2).order(ByteOrder.LITTLE_ENDIAN);
    if (random.nextBoolean()) {
      bytes.putShort((short) 1); // c.nop
    }
    while (bytes.remaining() >= 4) {
      bytes.putInt(code.next());
    }
    byte[] exact = new byte[length];
    bytes.get(0, exact);
    return exact;
  }

  // ---- Page tables ----

  private static long table(int index) {
    return addressOf(FIRST_TABLE + index);
  }

  private static long pointerTo(long address) {
    return address >>> 12 << 10 | V;
  }

  /** Two roots, two middle tables, and leaf tables that they share. */
  private void writeTables(GuestMemory memory) {
    writeUpperTables(memory, 0);
    writeUpperTables(memory, 1);
    for (int leaf = FIRST_LEAF_TABLE; leaf < TABLES; leaf++) {
      for (int i = 0; i < VIRTUAL_PAGES; i++) {
        memory.store64(table(leaf) + 8 * i, entry(i));
      }
    }
  }

  private void writeUpperTables(GuestMemory memory, int root) {
    memory.store64(table(root) + 8 * (VIRTUAL >>> 30), pointerTo(table(2 + root)));
    memory.store64(table(root) + 8 * (RAM >>> 30), pointerTo(RAM) | RWX | ACCESSED | DIRTY);
    for (int region = 0; region < VIRTUAL_REGIONS - 1; region++) {
      memory.store64(table(2 + root) + 8 * region, pointerTo(table(leafTable())));
    }
    memory.store64(table(2 + root) + 8 * (VIRTUAL_REGIONS - 1), pointerTo(RAM) | RWX);
  }

  private int leafTable() {
    return FIRST_LEAF_TABLE + random.nextInt(TABLES - FIRST_LEAF_TABLE);
  }

  /** The lower half of a leaf table's pages is the user's, mostly. */
  private static boolean isUsers(int index) {
    return index < VIRTUAL_PAGES / 2;
  }

  private long someEntry() {
    return entry(random.nextInt(VIRTUAL_PAGES));
  }

  private long entry(int index) {
    int kind = random.nextInt(60);
    if (kind == 0) {
      return 0;
    } else if (kind == 1) {
      return pointerTo(table(leafTable()));
    } else if (kind == 2) {
      return random.nextLong();
    } else if (kind == 3) {
      return Scribbler.BASE >>> 12 << 10 | V | RWX | flag(USER) | ACCESSED | DIRTY;
    }
    long rights = random.nextInt(8) == 0 ? random.nextInt(8) << 1 : RWX;
    long user = isUsers(index) == (random.nextInt(8) != 0) ? USER : 0;
    return pointerTo(pageFor(index)) | rights | user | flag(ACCESSED) | flag(DIRTY);
  }

  private long flag(long bit) {
    return random.nextBoolean() ? bit : 0;
  }

  /** Odd virtual pages hold code, mostly, and even ones anything else. */
  private long pageFor(int index) {
    return random.nextInt(10) == 0 || index % 2 == 0
        ? somePage()
        : addressOf(FIRST_CODE + random.nextInt(POOL));
  }

  private long somePage() {
    return switch (random.nextInt(8)) {
      case 0 -> table(random.nextInt(TABLES));
      case 1 -> addressOf(FIRST_CODE + random.nextInt(POOL));
      default -> addressOf(FIRST_DATA + random.nextInt(POOL));
    };
  }

  // ---- Scenarios: the words that TrapHandlers takes, in its order ----

  private void writeScenario(GuestMemory memory, int index) {
    ByteBuffer words = ByteBuffer.allocate(SCENARIO_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    int privilege = new int[] {0, 0, 1, 1, 1, 3}[random.nextInt(6)];
    words.putLong(privilege == 3 ? physicalCode() : someCode(privilege));
    words.putLong(satp());
    words.putLong(status(privilege));
    words.putLong(random.nextInt(6) == 0 ? random.nextInt(1 << 16) : 0); // medeleg
    words.putLong(1 << 7 | (random.nextInt(4) == 0 ? 0x222 : 0)); // mie
    words.putLong(random.nextInt(8) == 0 ? random.nextInt(256) : random.nextInt(2)); // fcsr
    words.putLong(15 + random.nextInt(60)); // ticks to the timer
    boolean open = random.nextInt(6) != 0;
    words.putLong(
        open ? 0x1f : 0x1f_0000 | (8 + random.nextInt(8)) << 8 | 0x18 + random.nextInt(8));
    words.putLong(open ? -1 : somePage() >>> 2);
    words.putLong(somePage() >>> 2);
    words.putLong(-1);
    for (int register = RandomCode.FIRST_ADDRESS; register <= RandomCode.LAST_ADDRESS; register++) {
      words.putLong(someAddress(privilege));
    }
    words.putLong(someEntry());
    words.putLong(code.next() & 0xffff_ffffL | (long) code.next() << 32);
    words.putLong(random.nextInt(8) == 0 ? random.nextLong() : satp());
    words.putLong(someCode(privilege));
    words.putLong(SCENARIOS + (long) ((index + 1) % SCENARIO_COUNT) * SCENARIO_BYTES); // the next
    write(memory, SCENARIOS + (long) index * SCENARIO_BYTES, words.array());
  }

  private long satp() {
    int asid = random.nextInt(3);
    return random.nextInt(8) == 0
        ? 0
        : 8L << 60 | (long) asid << 44 | table(random.nextInt(2)) >>> 12;
  }

  /** mstatus: MPP, MPIE, FS, and SUM, MXR and MPRV now and then. */
  private long status(int privilege) {
    long floating = random.nextInt(6) == 0 ? random.nextInt(4) : 3;
    return (long) privilege << 11
        | 1 << 7
        | floating << 13
        | (random.nextInt(3) == 0 ? 1 << 17 : 0)
        | (random.nextInt(4) == 0 ? 0 : 1 << 18)
        | (random.nextInt(10) == 0 ? 1 << 19 : 0);
  }

  private long someCode(int privilege) {
    boolean physical = random.nextInt(privilege == 0 ? 20 : 3) == 0;
    return physical ? physicalCode() : (virtual(privilege) | PAGE) + codeOffset();
  }

  private long physicalCode() {
    return addressOf(FIRST_CODE + random.nextInt(POOL)) + codeOffset();
  }

  private int codeOffset() {
    return random.nextInt(6) == 0 ? PAGE - 2 * random.nextInt(1, 12) : 4 * random.nextInt(PAGE / 4);
  }

  private long virtual(int privilege) {
    int half = VIRTUAL_PAGES / 2;
    int page = random.nextInt(half) + ((privilege == 0) == (random.nextInt(12) != 0) ? 0 : half);
    int region = random.nextInt(VIRTUAL_REGIONS - (random.nextInt(5) == 0 ? 0 : 1));
    // The last region is one large page from the start of RAM, where the handlers are.
    int inRegion = region < VIRTUAL_REGIONS - 1 ? page : FIRST_CODE + page;
    return VIRTUAL + ((long) region << REGION_SHIFT) + (long) inRegion * PAGE;
  }

  private long someAddress(int privilege) {
    return switch (random.nextInt(privilege == 0 ? 200 : 20)) {
      case 0 -> Scribbler.BASE;
      case 1 -> random.nextLong();
      case 2, 3 -> someEntryAddress();
      case 4 -> physicalCode();
      case 5, 6 -> addressOf(FIRST_DATA + random.nextInt(POOL)) + offset();
      default -> virtual(privilege) + offset();
    };
  }

  private int offset() {
    return switch (random.nextInt(8)) {
      case 0 -> PAGE - random.nextInt(1, 16);
      case 1, 2, 3 -> 8 * random.nextInt(VIRTUAL_PAGES);
      default -> 8 * random.nextInt(PAGE / 8);
    };
  }

  private long someEntryAddress() {
    return switch (random.nextInt(12)) {
      case 0 -> table(random.nextInt(2)) + 8 * (VIRTUAL >>> 30);
      case 1, 2 -> table(2 + random.nextInt(2)) + 8L * random.nextInt(VIRTUAL_REGIONS);
      default -> table(leafTable()) + 8L * random.nextInt(VIRTUAL_PAGES);
    };
  }

  // ---- What devices do ----

  /** An input at a position. */
  public record Given(long position, Input input) {}

  /** Inputs up to a position, in order: writes to memory, an interrupt line, guest time. */
  public List<Given> inputs(long endPosition) {
    Random gaps = new Random(~seed);
    List<Given> inputs = new ArrayList<>();
    for (long at = gaps.nextInt(300); at < endPosition; at += 1 + gaps.nextInt(300)) {
      Input input =
          switch (gaps.nextInt(10)) {
            case 0 -> new Input.ConsoleReceived(Bytes.of(gaps.nextInt(4) == 0 ? RAISE : LOWER));
            case 1 -> new Input.ClockMoved(at * PICOSECONDS_PER_STEP / 1000 + gaps.nextInt(5000));
            default -> new Input.FrameReceived(Bytes.of(frame(gaps.nextLong())));
          };
      inputs.add(new Given(at, input));
    }
    return inputs;
  }

  private static byte[] frame(long scribbleSeed) {
    return ByteBuffer.allocate(Long.BYTES).putLong(scribbleSeed).array();
  }

  private static void apply(Machine machine, Input input) {
    if (input instanceof Input.FrameReceived received) {
      long scribbleSeed = ByteBuffer.wrap(received.frame().array()).getLong();
      scribble(machine.memory(), new Random(scribbleSeed));
    } else if (input instanceof Input.ConsoleReceived received) {
      machine
          .hart()
          .setInterruptPending(Interrupts.SUPERVISOR_EXTERNAL, received.data().array()[0] != 0);
    }
  }

  /** Writes something of what {@code random} says to a place where it fits. */
  static void scribble(GuestMemory memory, Random random) {
    RandomGuest guest = new RandomGuest(random.nextLong());
    switch (random.nextInt(16)) {
      case 0 -> write(memory, addressOf(FIRST_CODE + random.nextInt(POOL)), guest.codeBytes(PAGE));
      case 1, 2, 3 ->
          write(memory, guest.physicalCode() & -4L, guest.codeBytes(4 * random.nextInt(1, 20)));
      case 4 -> write(memory, guest.somePage() + guest.offset(), guest.randomBytes(40));
      case 5 -> memory.store32(addressOf(FIRST_DATA) + guest.offset(), random.nextInt());
      case 6 -> guest.writeScenario(memory, random.nextInt(SCENARIO_COUNT));
      case 7 -> memory.store64(guest.someEntryAddress(), guest.someEntry());
      case 8, 9, 10, 11 -> guest.writeUpperTables(memory, random.nextInt(2));
      default -> {
        int first = random.nextInt(VIRTUAL_PAGES);
        long table = table(guest.leafTable());
        for (int i = first; i < first + random.nextInt(1, 4); i++) {
          memory.store64(table + 8L * i, guest.entry(i));
        }
      }
    }
  }
}
