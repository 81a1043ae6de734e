package lockstep.vmm.machine.device.virtio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import lockstep.vmm.machine.bus.InterruptLine;
import lockstep.vmm.machine.device.FakeRam;
import lockstep.vmm.machine.device.StateCopy;
import lockstep.vmm.machine.device.virtio.TestDriver.Part;
import lockstep.vmm.machine.memory.GuestMemory;
import lockstep.vmm.machine.state.StateVisitor;
import org.junit.jupiter.api.Test;

final class VirtioMmioTest {
  private static final int SIZE = 8;
  private static final long VERSION_1 = VirtioDevice.F_VERSION_1;

  /** Gives every buffer back at once. */
  private static final class Echo extends VirtioDevice {
    int resets;

    Echo(GuestMemory memory, InterruptLine line) {
      super(63, 1L << 5, new byte[] {1, 2, 3, 4}, new int[] {SIZE}, memory, line);
    }

    @Override
    protected void kicked(int index) {
      Optional<DescriptorChain> chain = queue(0).take();
      while (chain.isPresent()) {
        queue(0).give(chain.get().head(), 7);
        chain = queue(0).take();
      }
      queue(0).expectKick();
      notifyDriver(queue(0));
    }

    @Override
    protected void resetType() {
      resets++;
    }

    @Override
    protected void visitType(StateVisitor state) {}
  }

  private final FakeRam ram = new FakeRam(0x8_0000);
  private boolean interrupt;
  private final Echo device = new Echo(ram, a -> interrupt = a);
  private final VirtioMmio mmio = new VirtioMmio(device);
  private final TestDriver driver = new TestDriver(ram, mmio, SIZE);
  private final Part part = Part.toRead(TestDriver.BUFFERS, 1);

  @Test
  void itIsAModernDevice() {
    assertEquals(0x74726976, driver.register(0x000));
    assertEquals(2, driver.register(0x004));
    assertEquals(63, driver.register(0x008));
    assertTrue((driver.deviceFeatures() & VERSION_1) != 0);
  }

  @Test
  void theConfigurationIsReadInAnyWidth() {
    assertEquals(0x0201, mmio.load(0x100, 1));
    assertEquals(0x04030201L, mmio.load(0x100, 3));
    assertEquals(3, mmio.load(0x102, 0));
    assertEquals(0, mmio.load(0x104, 2));
  }

  @Test
  void featuresThatWereNotOfferedAreRefused() {
    driver.negotiate(VERSION_1 | 1L << 40);
    assertEquals(3, driver.register(TestDriver.STATUS));
    driver.negotiate(1L << 5);
    assertEquals(3, driver.register(TestDriver.STATUS), "VERSION_1 is required");
    driver.negotiate(VERSION_1 | 1L << 5);
    assertEquals(11, driver.register(TestDriver.STATUS));
  }

  @Test
  void aBufferComesBackWithAnInterruptUntilItIsAcknowledged() {
    driver.start(VERSION_1, 1);
    int head = driver.add(0, part);
    driver.kick(0);
    assertEquals(1, driver.usedIndex(0));
    assertEquals(head, driver.usedHead(0, 0));
    assertEquals(7, driver.usedLength(0, 0));
    assertTrue(interrupt);
    assertEquals(1, driver.register(TestDriver.INTERRUPT_STATUS));
    driver.register(TestDriver.INTERRUPT_ACK, 1);
    assertFalse(interrupt);
  }

  @Test
  void nothingHappensBeforeTheDriverIsReady() {
    driver.negotiate(VERSION_1);
    driver.startQueue(0);
    driver.add(0, part);
    driver.kick(0);
    assertEquals(0, driver.usedIndex(0));
    driver.register(TestDriver.STATUS, 15);
    driver.kick(0);
    assertEquals(1, driver.usedIndex(0));
  }

  @Test
  void theDriverMayAskForNoInterrupts() {
    driver.start(VERSION_1, 1);
    ram.store16(driver.ring(0) + 0x8000, 1);
    driver.add(0, part);
    driver.kick(0);
    assertEquals(1, driver.usedIndex(0));
    assertFalse(interrupt);
  }

  @Test
  void withEventIndexTheInterruptWaitsForTheEntryAskedFor() {
    driver.start(VERSION_1 | VirtioDevice.F_EVENT_IDX, 1);
    driver.usedEvent(0, 1);
    driver.add(0, part);
    driver.kick(0);
    assertFalse(interrupt);
    assertEquals(1, driver.availEvent(0));
    driver.add(0, part);
    driver.kick(0);
    assertTrue(interrupt);
  }

  @Test
  void theIndicesWrap() {
    driver.start(VERSION_1 | VirtioDevice.F_EVENT_IDX, 1);
    for (int i = 0; i < 70_000; i++) {
      driver.usedEvent(0, i);
      driver.add(0, part);
      driver.kick(0);
      assertTrue(interrupt);
      driver.register(TestDriver.INTERRUPT_ACK, 1);
    }
    assertEquals(70_000 & 0xffff, driver.usedIndex(0));
  }

  @Test
  void nonsenseInTheRingStopsTheDeviceUntilItsReset() {
    driver.start(VERSION_1, 1);
    driver.offer(0, SIZE); // no such descriptor
    driver.kick(0);
    assertTrue(driver.needsReset());
    assertEquals(2, driver.register(TestDriver.INTERRUPT_STATUS));
    driver.add(0, part);
    driver.kick(0);
    assertEquals(0, driver.usedIndex(0));

    driver.start(VERSION_1, 1);
    assertFalse(driver.needsReset());
    assertFalse(interrupt);
    driver.add(0, part);
    driver.kick(0);
    assertEquals(1, driver.usedIndex(0));
  }

  @Test
  void moreBuffersThanTheQueueHoldsAreNonsense() {
    driver.start(VERSION_1, 1);
    for (int i = 0; i <= SIZE; i++) {
      driver.add(0, part);
    }
    driver.kick(0);
    assertTrue(driver.needsReset());
  }

  @Test
  void ringsOutsideOfRamAreNonsense() {
    driver.negotiate(VERSION_1);
    driver.register(0x030, 0);
    driver.register(0x038, SIZE);
    driver.register(0x044, 1);
    assertEquals(0, driver.register(0x044));
    assertTrue(driver.needsReset());
  }

  @Test
  void queuesThatDoNotExistReadAsAbsent() {
    driver.negotiate(VERSION_1);
    driver.register(0x030, 1);
    assertEquals(0, driver.register(0x034));
    driver.register(0x044, 1);
    assertEquals(0, driver.register(0x044));
    driver.register(0x030, -1);
    assertEquals(0, driver.register(0x034));
    driver.kick(-1);
    driver.kick(1);
    assertFalse(driver.needsReset());
  }

  @Test
  void aRestoredDeviceGoesOnWhereTheSavedOneWas() {
    driver.start(VERSION_1 | VirtioDevice.F_EVENT_IDX, 1);
    driver.usedEvent(0, 2);
    driver.add(0, part);
    driver.kick(0);
    boolean[] line = new boolean[1];
    VirtioMmio other = new VirtioMmio(new Echo(ram, a -> line[0] = a));
    StateCopy.copy(mmio, other);
    assertEquals(StateCopy.hash(mmio), StateCopy.hash(other));
    driver.add(0, part);
    other.store(0x050, 2, 0);
    assertFalse(line[0]);
    driver.add(0, part);
    other.store(0x050, 2, 0);
    assertTrue(line[0]);
    assertEquals(3, driver.usedIndex(0));
  }
}
