package lockstep.vmm.machine.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class HostPagesTest {
  private static final int PAGE = PhysicalMemory.PAGE_BYTES;

  @ParameterizedTest
  @ValueSource(longs = {PAGE, 2 << 20, (2 << 20) + PAGE, (5 << 20) + 3 * PAGE})
  void memoryOfAnySizeIsZeroAlignedToPagesAndWritableToItsEnd(long bytes) {
    MemorySegment memory = HostPages.allocate(bytes);

    assertEquals(bytes, memory.byteSize());
    assertEquals(0, memory.address() % PAGE);
    for (long at = 0; at < bytes; at += PAGE) {
      assertEquals(0, memory.get(ValueLayout.JAVA_LONG, at));
    }
    memory.set(ValueLayout.JAVA_LONG, bytes - Long.BYTES, 0x1122_3344_5566_7788L);
    assertEquals((byte) 0x11, memory.get(ValueLayout.JAVA_BYTE, bytes - 1));
  }
}
