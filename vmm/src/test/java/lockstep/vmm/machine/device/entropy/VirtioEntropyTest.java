package lockstep.vmm.machine.device.entropy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import lockstep.ft.machine.Bytes;
import lockstep.ft.machine.Output;
import lockstep.vmm.machine.device.FakeRam;
import lockstep.vmm.machine.device.StateCopy;
import lockstep.vmm.machine.device.virtio.TestDriver;
import lockstep.vmm.machine.device.virtio.TestDriver.Part;
import lockstep.vmm.machine.device.virtio.VirtioMmio;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class VirtioEntropyTest {
  private final FakeRam ram = new FakeRam(0x8_0000);
  private final List<Output> outputs = new ArrayList<>();
  private final VirtioEntropy entropy = device();
  private final VirtioMmio mmio = new VirtioMmio(entropy);
  private final TestDriver driver = new TestDriver(ram, mmio, 8);

  private VirtioEntropy device() {
    return new VirtioEntropy(ram, a -> {}, outputs::add);
  }

  @BeforeEach
  void ask() {
    driver.start(driver.deviceFeatures(), 1);
    driver.add(0, Part.toWrite(TestDriver.BUFFERS, 4));
    driver.kick(0);
  }

  @Test
  void randomBytesArriveFromOutside() {
    assertEquals(List.of(new Output.EntropyRequested(0, 4)), outputs);
    assertEquals(0, driver.usedIndex(0));
    entropy.arrived(0, Bytes.of(new byte[] {1, 2, 3, 4}));
    assertArrayEquals(new byte[] {1, 2, 3, 4}, ram.read(TestDriver.BUFFERS, 4));
    assertEquals(4, driver.usedLength(0, 0));
  }

  @Test
  void aLargeBufferIsFilledInPart() {
    driver.add(0, Part.toWrite(TestDriver.BUFFERS, 0x1000));
    driver.kick(0);
    assertEquals(
        new Output.EntropyRequested(1, VirtioEntropy.REQUEST_BYTES_MAX), outputs.getLast());
  }

  @Test
  void aDriverThatOffersOneBufferOverAndOverIsStopped() {
    for (int i = 0; i < 20; i++) {
      driver.offer(0, 0);
      driver.kick(0);
    }
    assertEquals(8, outputs.size());
    assertTrue(driver.needsReset());
  }

  @Test
  void aRestoredDeviceStillWaitsForItsAnswer() {
    VirtioEntropy restored = device();
    StateCopy.copy(mmio, new VirtioMmio(restored));
    restored.arrived(0, Bytes.of(new byte[] {5, 6, 7, 8}));
    assertArrayEquals(new byte[] {5, 6, 7, 8}, ram.read(TestDriver.BUFFERS, 4));
    assertEquals(1, driver.usedIndex(0));
  }

  @Test
  void anAnswerToBeforeAResetChangesNothing() {
    driver.start(driver.deviceFeatures(), 1);
    entropy.arrived(0, Bytes.of(new byte[] {5, 6, 7, 8}));
    assertEquals(0, ram.load32(TestDriver.BUFFERS));
  }
}
