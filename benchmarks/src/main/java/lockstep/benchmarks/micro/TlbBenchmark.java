package lockstep.benchmarks.micro;

import lockstep.vmm.compiler.CompilerMode;
import lockstep.vmm.machine.memory.GuestMemory;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;

/**
 * A load whose page is in the TLB, and one whose is not: a walk of three levels of page tables, and
 * for compiled code a side exit, too.
 */
public class TlbBenchmark extends CostCentre {
  private static final int LOADS = 100_000;
  private static final int STEPS_OF_HIT = 3;
  private static final int STEPS_OF_MISS = 5;
  private static final int PAGE = 0x1000;

  /** Twice as many pages as the TLB has entries, one behind the other. */
  private static final int DATA_BYTES = 32 << 20;

  private static final long DATA = GuestLoop.BASE + GuestLoop.RAM_BYTES - DATA_BYTES;
  private static final long TABLES = GuestLoop.BASE + 0x10_0000;
  private static final int TABLE_ENTRIES = 512;
  private static final long LARGE_PAGE = (long) PAGE * TABLE_ENTRIES;

  // Of a page table's entry, and satp, privileged specification 12.4.
  private static final long VALID = 1;
  private static final long READ_WRITE_EXECUTE = 0xe;
  private static final long ACCESSED_DIRTY = 0xc0;
  private static final long LEAF = VALID | READ_WRITE_EXECUTE | ACCESSED_DIRTY;
  private static final long SATP_SV39 = 8L << 60;

  private static final int A3 = 13;
  private static final int A4 = 14;
  private static final int A5 = 15;
  private static final int A6 = 16;

  private static final int[] HIT = {
    0x0005_3583, // loop: ld a1, 0(a0)
    0x00b6_0633, // add a2, a2, a1
    0xff9f_f06f, // j loop
  };

  private static final int[] MISS = {
    0x1808_1073, // csrw satp, a6
    0x0005_3583, // loop: ld a1, 0(a0)
    0x00d5_0533, // add a0, a0, a3
    0x00e5_7533, // and a0, a0, a4
    0x00f5_6533, // or a0, a0, a5
    0xff1f_f06f, // j loop
  };

  private final GuestLoop hitInterpreted = hit(CompilerMode.OFF);
  private final GuestLoop hitCompiled = hit(CompilerMode.ON);
  private final GuestLoop missInterpreted = miss(CompilerMode.OFF);
  private final GuestLoop missCompiled = miss(CompilerMode.ON);

  private static GuestLoop hit(CompilerMode mode) {
    GuestLoop loop = new GuestLoop(mode, HIT);
    loop.hart().setX(GuestLoop.A0, DATA);
    return loop;
  }

  private static GuestLoop miss(CompilerMode mode) {
    GuestLoop loop = new GuestLoop(mode, MISS);
    writeTables(loop.machine.memory());
    loop.hart().startInSupervisorMode(GuestLoop.BASE, DATA, 0);
    loop.hart().setX(A3, PAGE);
    loop.hart().setX(A4, DATA_BYTES - 1L);
    loop.hart().setX(A5, DATA);
    loop.hart().setX(A6, SATP_SV39 | TABLES / PAGE);
    return loop;
  }

  /** Every address of RAM is its own; the data by small pages, the rest by large ones. */
  private static void writeTables(GuestMemory memory) {
    long middle = TABLES + PAGE;
    memory.store64(TABLES + Long.BYTES * (GuestLoop.BASE >> 30), entry(middle, VALID));
    for (int i = 0; i < GuestLoop.RAM_BYTES / LARGE_PAGE; i++) {
      long address = GuestLoop.BASE + i * LARGE_PAGE;
      long table = middle + (i + 1L) * PAGE;
      boolean small = address >= DATA;
      memory.store64(
          middle + (long) Long.BYTES * i, small ? entry(table, VALID) : entry(address, LEAF));
      for (int j = 0; small && j < TABLE_ENTRIES; j++) {
        memory.store64(table + (long) Long.BYTES * j, entry(address + (long) j * PAGE, LEAF));
      }
    }
  }

  private static long entry(long address, long flags) {
    return address / PAGE << 10 | flags;
  }

  /** A load and two steps more. */
  @Benchmark
  @OperationsPerInvocation(LOADS)
  public long hitInterpreted() {
    return hitInterpreted.run(LOADS * STEPS_OF_HIT);
  }

  /** A load and two steps more. */
  @Benchmark
  @OperationsPerInvocation(LOADS)
  public long hitCompiled() {
    return hitCompiled.run(LOADS * STEPS_OF_HIT);
  }

  /** A load and four steps more. */
  @Benchmark
  @OperationsPerInvocation(LOADS)
  public long missInterpreted() {
    return missInterpreted.run(LOADS * STEPS_OF_MISS);
  }

  /** A load and four steps more. */
  @Benchmark
  @OperationsPerInvocation(LOADS)
  public long missCompiled() {
    return missCompiled.run(LOADS * STEPS_OF_MISS);
  }
}
