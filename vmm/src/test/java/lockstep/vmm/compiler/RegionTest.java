package lockstep.vmm.compiler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.BitSet;
import java.util.Objects;
import lockstep.vmm.machine.memory.PhysicalMemory;
import org.junit.jupiter.api.Test;

/** No loop of a region has two entries, and natural loops stay whole. */
final class RegionTest {
  private static final int BNEZ_A0_PLUS_12 = 0x0005_1663;
  private static final int ADDI_A1_A1_1 = 0x0015_8593;
  private static final int ADDI_A2_A2_1 = 0x0016_0613;
  private static final int BNEZ_A3_MINUS_12 = 0xfe06_9ae3;
  private static final int RETURN = 0x0000_8067;
  private static final int HEAD = 2;
  private static final int MIDDLE = 6;
  private static final int BEHIND = 10;
  private static final int RA = 1 << 1;
  private static final int A0 = 1 << 10;
  private static final int A1 = 1 << 11;
  private static final int A2 = 1 << 12;
  private static final int A3 = 1 << 13;

  private static Region region(int entrySlot) {
    return region(
        entrySlot,
        BNEZ_A0_PLUS_12,
        ADDI_A1_A1_1,
        ADDI_A1_A1_1,
        ADDI_A2_A2_1,
        BNEZ_A3_MINUS_12,
        RETURN);
  }

  /** Of a program at the beginning of a page, all of which has been executed. */
  static Region region(int entrySlot, int... program) {
    ByteBuffer page = ByteBuffer.allocate(PhysicalMemory.PAGE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    page.asIntBuffer().put(program);
    BitSet reached = new BitSet();
    reached.set(0, PhysicalMemory.PAGE_BYTES / 2);
    return Region.discover(page.array(), reached, entrySlot, 100);
  }

  static Block block(Region region, int slot) {
    return Objects.requireNonNull(region.at(slot));
  }

  @Test
  void aJumpThatWouldGiveALoopASecondEntryLeaves() {
    Region region = region(0);
    assertNotNull(region.successor(block(region, 0), HEAD));
    assertNotNull(region.successor(block(region, 0), MIDDLE));
    assertNotNull(region.successor(block(region, MIDDLE), HEAD));
    assertNull(region.successor(block(region, HEAD), MIDDLE));
  }

  @Test
  void aRegisterIsLiveWhereItWillBeReadOrWrittenBack() {
    Region region = region(0);
    assertEquals(RA | A0 | A1 | A2 | A3, block(region, 0).liveX);
    assertEquals(A2, block(region, HEAD).dirtyX);
    assertEquals(A1 | A2, block(region, HEAD).liveX);
    assertEquals(A2, block(region, BEHIND).dirtyX);
    assertEquals(RA | A2, block(region, BEHIND).liveX);
  }

  @Test
  void aLoopWithOneEntryIsWhole() {
    Region region = region(HEAD);
    assertNotNull(region.successor(region.blocks().getFirst(), HEAD));
  }
}
