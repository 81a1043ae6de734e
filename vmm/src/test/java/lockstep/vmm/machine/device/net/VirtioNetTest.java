package lockstep.vmm.machine.device.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import lockstep.ft.machine.Bytes;
import lockstep.ft.machine.Output;
import lockstep.vmm.machine.device.FakeRam;
import lockstep.vmm.machine.device.StateCopy;
import lockstep.vmm.machine.device.virtio.TestDriver;
import lockstep.vmm.machine.device.virtio.TestDriver.Part;
import lockstep.vmm.machine.device.virtio.VirtioDevice;
import lockstep.vmm.machine.device.virtio.VirtioMmio;
import org.junit.jupiter.api.Test;

final class VirtioNetTest {
  private static final int RECEIVE = 0;
  private static final int TRANSMIT = 1;
  private static final long BUFFERS = TestDriver.BUFFERS;
  private static final byte[] MAC = {0x52, 0x54, 0, 0x12, 0x34, 0x56};

  private final FakeRam ram = new FakeRam(0x20_0000);
  private final List<Output> outputs = new ArrayList<>();
  private final VirtioNet net = nic();
  private final VirtioMmio mmio = new VirtioMmio(net);
  private final TestDriver driver = new TestDriver(ram, mmio, 64);

  private VirtioNet nic() {
    return new VirtioNet(MAC, ram, a -> {}, outputs::add);
  }

  private void startWithEverything() {
    driver.start(driver.deviceFeatures(), 2);
  }

  private static byte[] frame(int length) {
    byte[] frame = new byte[length];
    for (int i = VirtioNet.HEADER_BYTES; i < length; i++) {
      frame[i] = (byte) (i * 7);
    }
    return frame;
  }

  @Test
  void theConfigurationTellsMacAndLink() {
    for (int i = 0; i < MAC.length; i++) {
      assertEquals(MAC[i] & 0xff, mmio.load(0x100 + i, 0));
    }
    assertEquals(1, mmio.load(0x106, 1));
  }

  @Test
  void aFrameLeavesAtTheKickAndItsBufferComesBack() {
    startWithEverything();
    byte[] frame = frame(100);
    ram.write(BUFFERS, frame);
    driver.add(TRANSMIT, Part.toRead(BUFFERS, 12), Part.toRead(BUFFERS + 12, 88));
    driver.kick(TRANSMIT);
    assertEquals(List.of(new Output.FrameSent(Bytes.of(frame))), outputs);
    assertEquals(1, driver.usedIndex(TRANSMIT));
  }

  @Test
  void framesTooShortOrTooLongAreDropped() {
    startWithEverything();
    driver.add(TRANSMIT, Part.toRead(BUFFERS, 20));
    driver.add(TRANSMIT, Part.toRead(BUFFERS, VirtioNet.FRAME_BYTES_MAX + 1));
    driver.kick(TRANSMIT);
    assertEquals(List.of(), outputs);
    assertEquals(2, driver.usedIndex(TRANSMIT));
    assertEquals(2, net.transmitDropped());
  }

  @Test
  void aLargeFrameIsSpreadOverMergedBuffers() {
    startWithEverything();
    byte[] frame = frame(65_000);
    frame[0] = 1; // NEEDS_CSUM
    frame[1] = 1; // TCPV4
    for (int i = 0; i < 20; i++) {
      driver.add(RECEIVE, Part.toWrite(BUFFERS + i * 4096L, 4096));
    }
    net.received(Bytes.of(frame));
    assertEquals(16, driver.usedIndex(RECEIVE));
    assertEquals(16, ram.load16(BUFFERS + 10), "num_buffers");
    assertEquals(4096, driver.usedLength(RECEIVE, 0));
    assertEquals(65_000 - 15 * 4096, driver.usedLength(RECEIVE, 15));
    frame[10] = 16;
    assertArrayEquals(frame, ram.read(BUFFERS, frame.length));
  }

  @Test
  void aFrameWaitsForEnoughBuffers() {
    startWithEverything();
    driver.add(RECEIVE, Part.toWrite(BUFFERS, 1000));
    net.received(Bytes.of(frame(1500)));
    assertEquals(0, driver.usedIndex(RECEIVE));
    driver.add(RECEIVE, Part.toWrite(BUFFERS + 1000, 1000));
    driver.kick(RECEIVE);
    assertEquals(2, driver.usedIndex(RECEIVE));
    assertEquals(0, net.receiveDropped());
  }

  @Test
  void aFrameThatWaitsForOneMoreBufferAsksForItsKick() {
    startWithEverything();
    driver.add(RECEIVE, Part.toWrite(BUFFERS, 1000));
    driver.add(RECEIVE, Part.toWrite(BUFFERS + 1000, 1000));
    net.received(Bytes.of(frame(2500)));
    assertEquals(2, driver.availEvent(RECEIVE), "the third buffer's, which is the next to come");
  }

  @Test
  void waitingFramesAreBoundedAndDropsCounted() {
    startWithEverything();
    for (int i = 0; i < 2000; i++) {
      net.received(Bytes.of(frame(100)));
    }
    assertEquals(2000 - FrameQueue.FRAMES_MAX, net.receiveDropped());
  }

  @Test
  void withoutMergingAFrameTooLargeForItsBufferIsDropped() {
    driver.start(VirtioDevice.F_VERSION_1, 2);
    driver.add(RECEIVE, Part.toWrite(BUFFERS, 200));
    net.received(Bytes.of(frame(300)));
    assertEquals(1, net.receiveDropped());
    net.received(Bytes.of(frame(150)));
    assertEquals(1, driver.usedIndex(RECEIVE));
    assertEquals(1, ram.load16(BUFFERS + 10));
  }

  @Test
  void offloadsThatTheDriverDidNotAcceptAreDropped() {
    driver.start(VirtioDevice.F_VERSION_1, 2);
    driver.add(RECEIVE, Part.toWrite(BUFFERS, 2000));
    byte[] frame = frame(300);
    frame[0] = 1;
    net.received(Bytes.of(frame));
    assertEquals(0, driver.usedIndex(RECEIVE));
    assertEquals(1, net.receiveDropped());
  }

  @Test
  void framesBeforeTheDriverAreDropped() {
    net.received(Bytes.of(frame(100)));
    assertEquals(1, net.receiveDropped());
  }

  @Test
  void aNicRestoredWithFramesWaitingDeliversThem() {
    startWithEverything();
    byte[] frame = frame(100);
    net.received(Bytes.of(frame));
    net.received(Bytes.of(frame(200)));
    VirtioMmio restored = new VirtioMmio(nic());
    StateCopy.copy(mmio, restored);
    assertEquals(StateCopy.hash(mmio), StateCopy.hash(restored));
    driver.add(RECEIVE, Part.toWrite(BUFFERS, 2000));
    restored.store(0x050, 2, RECEIVE);
    assertEquals(1, driver.usedIndex(RECEIVE));
    frame[10] = 1;
    assertArrayEquals(frame, ram.read(BUFFERS, frame.length));
  }
}
