package lockstep.vmm.machine.device.virtio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Optional;
import lockstep.vmm.machine.device.FakeRam;
import lockstep.vmm.machine.state.StateException;
import org.junit.jupiter.api.Test;

final class DescriptorChainTest {
  private static final int NEXT = 1;
  private static final int WRITE = 2;
  private static final int INDIRECT = 4;
  private static final int TABLE_SIZE = 8;
  private static final long TABLE = FakeRam.BASE;
  private static final long DATA = FakeRam.BASE + 0x1000;
  private static final long INDIRECT_TABLE = FakeRam.BASE + 0x800;

  private final FakeRam ram = new FakeRam(0x2000);

  private void descriptor(long table, int index, long address, int length, int flags, int next) {
    long at = table + index * 16L;
    ram.store64(at, address);
    ram.store32(at + 8, length);
    ram.store16(at + 12, flags);
    ram.store16(at + 14, next);
  }

  private Optional<DescriptorChain> walk() {
    return DescriptorChain.walk(ram, TABLE, TABLE_SIZE, 0, true);
  }

  private void assertRefused() {
    assertTrue(walk().isEmpty());
  }

  @Test
  void bytesRunAcrossSegments() {
    descriptor(TABLE, 0, DATA, 3, NEXT, 5);
    descriptor(TABLE, 5, DATA + 100, 3, NEXT, 2);
    descriptor(TABLE, 2, DATA + 200, 2, WRITE | NEXT, 3);
    descriptor(TABLE, 3, DATA + 300, 4, WRITE, 0);
    ram.write(DATA, new byte[] {1, 2, 3});
    ram.write(DATA + 100, new byte[] {4, 5, 6});
    DescriptorChain chain = walk().orElseThrow();

    assertEquals(6, chain.readableBytes());
    assertEquals(6, chain.writableBytes());
    assertArrayEquals(new byte[] {3, 4, 5}, chain.read(2, 3));
    chain.write(1, new byte[] {7, 8, 9, 10});
    assertArrayEquals(new byte[] {0, 7, 0}, ram.read(DATA + 200, 3));
    assertArrayEquals(new byte[] {8, 9, 10, 0}, ram.read(DATA + 300, 4));
  }

  @Test
  void anIndirectTableContinuesTheChain() {
    descriptor(TABLE, 0, INDIRECT_TABLE, 32, INDIRECT, 0);
    descriptor(INDIRECT_TABLE, 0, DATA, 10, NEXT, 1);
    descriptor(INDIRECT_TABLE, 1, DATA + 10, 20, WRITE, 0);
    DescriptorChain chain = walk().orElseThrow();
    assertEquals(10, chain.readableBytes());
    assertEquals(20, chain.writableBytes());
  }

  @Test
  void aLoopIsRefused() {
    descriptor(TABLE, 0, DATA, 1, NEXT, 1);
    descriptor(TABLE, 1, DATA, 1, NEXT, 0);
    assertRefused();
  }

  @Test
  void anIndexBehindTheTableIsRefused() {
    descriptor(TABLE, 0, DATA, 1, NEXT, TABLE_SIZE);
    assertRefused();
  }

  @Test
  void aSegmentOutsideOfRamIsRefused() {
    descriptor(TABLE, 0, FakeRam.BASE + 0x1fff, 2, 0, 0);
    assertRefused();
    descriptor(TABLE, 0, FakeRam.BASE - 1, 2, 0, 0);
    assertRefused();
    descriptor(TABLE, 0, -1, -1, 0, 0);
    assertRefused();
  }

  @Test
  void aReadableSegmentBehindAWritableOneIsRefused() {
    descriptor(TABLE, 0, DATA, 1, NEXT | WRITE, 1);
    descriptor(TABLE, 1, DATA, 1, 0, 0);
    assertRefused();
  }

  @Test
  void badIndirectTablesAreRefused() {
    descriptor(TABLE, 0, INDIRECT_TABLE, 24, INDIRECT, 0);
    assertRefused(); // no whole number of descriptors
    descriptor(TABLE, 0, INDIRECT_TABLE, 0, INDIRECT, 0);
    assertRefused();
    descriptor(TABLE, 0, FakeRam.BASE + 0x1ff0, 32, INDIRECT, 0);
    assertRefused(); // outside of RAM
    descriptor(TABLE, 0, INDIRECT_TABLE, 16, INDIRECT | NEXT, 1);
    assertRefused();
    descriptor(TABLE, 0, INDIRECT_TABLE, 16, INDIRECT, 0);
    descriptor(INDIRECT_TABLE, 0, INDIRECT_TABLE, 16, INDIRECT, 0);
    assertRefused(); // indirect within indirect
    descriptor(INDIRECT_TABLE, 0, DATA, 1, 0, 0);
    assertTrue(walk().isPresent());
    assertTrue(DescriptorChain.walk(ram, TABLE, TABLE_SIZE, 0, false).isEmpty());
  }

  @Test
  void aSavedChainIsRestoredOnlyIfItLiesInRam() {
    descriptor(TABLE, 0, DATA, 3, NEXT, 1);
    descriptor(TABLE, 1, DATA + 50, 5, WRITE, 0);
    DescriptorChain chain = walk().orElseThrow();
    ByteBuffer saved = ByteBuffer.allocate(chain.savedBytes());
    chain.save(saved);
    DescriptorChain restored = DescriptorChain.restore(ram, saved.flip());
    assertEquals(3, restored.readableBytes());
    assertEquals(5, restored.writableBytes());

    FakeRam small = new FakeRam(0x1000);
    assertThrows(StateException.class, () -> DescriptorChain.restore(small, saved.rewind()));
    assertThrows(
        StateException.class, () -> DescriptorChain.restore(ram, saved.rewind().limit(20)));
  }
}
