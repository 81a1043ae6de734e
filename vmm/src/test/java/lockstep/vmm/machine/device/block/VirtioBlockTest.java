package lockstep.vmm.machine.device.block;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import lockstep.ft.machine.Bytes;
import lockstep.ft.machine.DiskOperation;
import lockstep.ft.machine.DiskStatus;
import lockstep.ft.machine.Input;
import lockstep.ft.machine.Output;
import lockstep.vmm.machine.device.FakeRam;
import lockstep.vmm.machine.device.StateCopy;
import lockstep.vmm.machine.device.virtio.TestDriver;
import lockstep.vmm.machine.device.virtio.TestDriver.Part;
import lockstep.vmm.machine.device.virtio.VirtioMmio;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class VirtioBlockTest {
  private static final int DISK = 3;
  private static final long DISK_BYTES = 1 << 20;
  private static final long HEADER = TestDriver.BUFFERS;
  private static final long DATA = TestDriver.BUFFERS + 0x1000;
  private static final long STATUS = TestDriver.BUFFERS + 0x800;
  private static final int NO_STATUS = 0xee;
  private static final long CONFIG_GENERATION = 0x0fc;
  private static final long CONFIG = 0x100;

  /** How many reads of 1 MiB are open at once: the last one may begin just below the bound. */
  private static final int LARGE_READS_MAX = 16;

  private final FakeRam ram = new FakeRam(0x40_0000);
  private final List<Output> outputs = new ArrayList<>();
  private boolean interrupt;
  private final VirtioBlock block = disk(false);
  private final VirtioMmio mmio = new VirtioMmio(block);
  private TestDriver driver = new TestDriver(ram, mmio, 32);

  private VirtioBlock disk(boolean readOnly) {
    return new VirtioBlock(DISK, DISK_BYTES, readOnly, ram, a -> interrupt = a, outputs::add);
  }

  @BeforeEach
  void start() {
    driver.start(driver.deviceFeatures(), 1);
  }

  private void header(int type, long sector) {
    ram.store32(HEADER, type);
    ram.store64(HEADER + 8, sector);
    ram.store8(STATUS, NO_STATUS);
  }

  private int submit(int type, long sector, Part... data) {
    header(type, sector);
    List<Part> parts = new ArrayList<>();
    parts.add(Part.toRead(HEADER, 16));
    parts.addAll(Arrays.asList(data));
    parts.add(Part.toWrite(STATUS, 1));
    int head = driver.add(0, parts.toArray(Part[]::new));
    driver.kick(0);
    return head;
  }

  private int status() {
    return ram.read(STATUS, 1)[0] & 0xff;
  }

  private void complete(long id, DiskStatus status, byte... data) {
    block.completed(new Input.DiskCompleted(DISK, id, status, Bytes.of(data), 1));
  }

  private void assertFailsAtOnce(int status) {
    assertEquals(List.of(), outputs);
    assertEquals(status, status());
  }

  @Test
  void aReadEntersMemoryWhenItsCompletionIsInjected() {
    int head = submit(0, 8, Part.toWrite(DATA, 300), Part.toWrite(DATA + 1000, 212));
    assertEquals(
        List.of(new Output.DiskRequested(DISK, 0, DiskOperation.READ, 4096, 512, Bytes.EMPTY)),
        outputs);
    assertEquals(NO_STATUS, status());
    assertEquals(0, driver.usedIndex(0));

    byte[] data = new byte[512];
    data[299] = 1;
    data[300] = 2;
    complete(0, DiskStatus.OK, data);
    assertEquals(1, ram.read(DATA + 299, 1)[0]);
    assertEquals(2, ram.read(DATA + 1000, 1)[0]);
    assertEquals(0, status());
    assertEquals(head, driver.usedHead(0, 0));
    assertEquals(513, driver.usedLength(0, 0));
    assertTrue(interrupt);
  }

  @Test
  void aWriteLeavesMemoryAtTheKick() {
    byte[] data = new byte[512];
    Arrays.fill(data, (byte) 9);
    ram.write(DATA, data);
    submit(1, 1, Part.toRead(DATA, 512));
    ram.write(DATA, new byte[512]); // too late to matter
    assertEquals(
        List.of(new Output.DiskRequested(DISK, 0, DiskOperation.WRITE, 512, 512, Bytes.of(data))),
        outputs);
    complete(0, DiskStatus.OK);
    assertEquals(0, status());
    assertEquals(1, driver.usedLength(0, 0));
  }

  @Test
  void requestsCompleteInAnyOrder() {
    int first = submit(4, 0);
    int second = submit(4, 0);
    complete(1, DiskStatus.OK);
    complete(0, DiskStatus.OK);
    assertEquals(second, driver.usedHead(0, 0));
    assertEquals(first, driver.usedHead(0, 1));
  }

  @Test
  void aFailureOfTheDiskIsTheGuestsToKnow() {
    submit(4, 0);
    complete(0, DiskStatus.IO_ERROR);
    assertEquals(1, status());
    submit(4, 0);
    complete(1, DiskStatus.UNSUPPORTED);
    assertEquals(2, status());
    submit(0, 0, Part.toWrite(DATA, 512));
    complete(2, DiskStatus.OK, new byte[100]);
    assertEquals(1, status(), "a short answer is an I/O error");
  }

  @Test
  void whatLiesOutsideOfTheDiskFailsInTheDevice() {
    submit(0, DISK_BYTES / 512, Part.toWrite(DATA, 512));
    assertFailsAtOnce(1);
    submit(1, DISK_BYTES / 512 - 1, Part.toRead(DATA, 1024));
    assertFailsAtOnce(1);
    submit(0, -1, Part.toWrite(DATA, 512));
    assertFailsAtOnce(1);
    submit(0, Long.MAX_VALUE, Part.toWrite(DATA, 512));
    assertFailsAtOnce(1);
  }

  @Test
  void oddLengthsAndUnknownTypesFailInTheDevice() {
    submit(0, 0, Part.toWrite(DATA, 100));
    assertFailsAtOnce(1);
    submit(0, 0);
    assertFailsAtOnce(1);
    submit(99, 0);
    assertFailsAtOnce(2);
  }

  @Test
  void discardAndWriteZeroesCoverARange() {
    ram.store64(DATA, 16);
    ram.store32(DATA + 8, 32);
    submit(11, 0, Part.toRead(DATA, 16));
    ram.store32(DATA + 12, 1);
    submit(13, 0, Part.toRead(DATA, 16));
    assertEquals(
        List.of(
            new Output.DiskRequested(DISK, 0, DiskOperation.TRIM, 8192, 16384, Bytes.EMPTY),
            new Output.DiskRequested(
                DISK, 1, DiskOperation.WRITE_ZEROES, 8192, 16384, Bytes.EMPTY)),
        outputs);
  }

  @Test
  void badRangesFailInTheDevice() {
    ram.store64(DATA, DISK_BYTES / 512 - 1);
    ram.store32(DATA + 8, 2);
    submit(13, 0, Part.toRead(DATA, 16));
    assertFailsAtOnce(1);
    ram.store32(DATA + 8, 1);
    ram.store32(DATA + 12, 1);
    submit(11, 0, Part.toRead(DATA, 16));
    assertFailsAtOnce(2);
    submit(11, 0, Part.toRead(DATA, 32));
    assertFailsAtOnce(1);
  }

  @Test
  void aReadOnlyDiskRefusesToChange() {
    VirtioMmio readOnly = new VirtioMmio(disk(true));
    driver = new TestDriver(ram, readOnly, 32);
    start();
    assertTrue((driver.deviceFeatures() & 1 << 5) != 0);
    submit(1, 0, Part.toRead(DATA, 512));
    assertFailsAtOnce(1);
  }

  @Test
  void theDiskHasAName() {
    submit(8, 0, Part.toWrite(DATA, 20));
    assertArrayEquals(
        "lockstep-disk-3\0\0\0\0\0".getBytes(java.nio.charset.StandardCharsets.US_ASCII),
        ram.read(DATA, 20));
    assertEquals(0, status());
  }

  @Test
  void aRequestWithoutRoomForAStatusNeedsAReset() {
    header(4, 0);
    driver.add(0, Part.toRead(HEADER, 16));
    driver.kick(0);
    assertTrue(driver.needsReset());
  }

  @Test
  void completionsOfBeforeAResetChangeNothing() {
    submit(0, 0, Part.toWrite(DATA, 512));
    start();
    byte[] data = new byte[512];
    data[0] = 1;
    complete(0, DiskStatus.OK, data);
    assertEquals(0, ram.read(DATA, 1)[0]);
    assertEquals(0, driver.usedIndex(0));
    submit(4, 0);
    assertEquals(1, ((Output.DiskRequested) outputs.getLast()).requestId(), "ids never repeat");
  }

  /** Kicks with reads of 1 MiB, each in a table of its own. */
  private void submitLargeReads(int requests) {
    for (int i = 0; i < requests; i++) {
      header(0, 0);
      long table = TestDriver.BUFFERS + 0x10_0000 + i * 16L * 3;
      driver.descriptor(0, i, table, 48, 4, 0);
      driver.descriptor(table, HEADER, 16, 1, 1);
      driver.descriptor(table + 16, DATA, 1 << 20, 3, 2);
      driver.descriptor(table + 32, STATUS, 1, 2, 0);
      driver.offer(0, i);
    }
    driver.kick(0);
  }

  @Test
  void theBytesOfOpenRequestsAreBounded() {
    submitLargeReads(20);
    assertEquals(LARGE_READS_MAX, outputs.size());
    complete(3, DiskStatus.IO_ERROR);
    assertEquals(LARGE_READS_MAX + 1, outputs.size());
    assertFalse(driver.needsReset());
  }

  @Test
  void aResetDoesNotOpenTheBoundAnew() {
    for (int i = 0; i < 5; i++) {
      submitLargeReads(20);
      assertEquals(LARGE_READS_MAX, outputs.size());
      start();
    }
    submitLargeReads(20);
    complete(3, DiskStatus.OK);
    assertEquals(LARGE_READS_MAX + 1, outputs.size(), "the end of an orphan makes room");
    assertEquals(0, driver.usedIndex(0));
    complete(3, DiskStatus.OK);
    assertEquals(LARGE_READS_MAX + 1, outputs.size(), "but only once");
    complete(LARGE_READS_MAX, DiskStatus.IO_ERROR);
    assertEquals(1, driver.usedIndex(0));
  }

  @Test
  void requestsWithoutDataAreBoundedToo() {
    int requestsMax = VirtioBlock.HELD_BYTES_MAX / RequestTable.OVERHEAD_BYTES;
    for (int i = 0; i < requestsMax + 100; i++) {
      submit(4, 0);
      if (i % 10 == 9) {
        start();
      }
    }
    assertEquals(requestsMax, outputs.size());
  }

  @Test
  void orphansAreState() {
    submitLargeReads(20);
    start();
    VirtioBlock restored = disk(false);
    VirtioMmio restoredMmio = new VirtioMmio(restored);
    StateCopy.copy(mmio, restoredMmio);
    assertEquals(StateCopy.hash(mmio), StateCopy.hash(restoredMmio));
    long hash = StateCopy.hash(mmio);
    complete(3, DiskStatus.OK);
    assertNotEquals(hash, StateCopy.hash(mmio));
    restored.completed(new Input.DiskCompleted(DISK, 3, DiskStatus.OK, Bytes.EMPTY, 1));
    assertEquals(StateCopy.hash(mmio), StateCopy.hash(restoredMmio));
  }

  @Test
  void theDriverIsToldOfAnotherSizeAndCanUseIt() {
    long before = mmio.load(CONFIG_GENERATION, 2);
    submit(0, DISK_BYTES / 512, Part.toWrite(DATA, 512));
    assertFailsAtOnce(1);
    mmio.store(TestDriver.INTERRUPT_ACK, 2, -1);
    block.resized(2 * DISK_BYTES);
    assertEquals(2, mmio.load(TestDriver.INTERRUPT_STATUS, 2));
    assertTrue(interrupt);
    assertEquals(2 * DISK_BYTES / 512, mmio.load(CONFIG, 3));
    assertNotEquals(before, mmio.load(CONFIG_GENERATION, 2));
    submit(0, DISK_BYTES / 512, Part.toWrite(DATA, 512));
    assertEquals(1, outputs.size());
  }

  @Test
  void theDriverIsNotToldOfTheSizeThatItKnows() {
    long hash = StateCopy.hash(mmio);
    block.resized(DISK_BYTES);
    assertFalse(interrupt);
    assertEquals(hash, StateCopy.hash(mmio));
    assertThrows(IllegalArgumentException.class, () -> block.resized(DISK_BYTES + 512));
    assertThrows(IllegalArgumentException.class, () -> block.resized(0));
  }

  @Test
  void theSizeIsState() {
    block.resized(2 * DISK_BYTES);
    VirtioBlock restored = disk(false);
    VirtioMmio restoredMmio = new VirtioMmio(restored);
    StateCopy.copy(mmio, restoredMmio);
    assertEquals(StateCopy.hash(mmio), StateCopy.hash(restoredMmio));
    assertEquals(2 * DISK_BYTES / 512, restoredMmio.load(CONFIG, 3));
  }

  @Test
  void aDiskRestoredInMidRequestCompletesIt() {
    submit(0, 8, Part.toWrite(DATA, 512));
    submit(4, 0);
    VirtioBlock restored = disk(false);
    VirtioMmio restoredMmio = new VirtioMmio(restored);
    StateCopy.copy(mmio, restoredMmio);
    assertEquals(StateCopy.hash(mmio), StateCopy.hash(restoredMmio));
    byte[] data = new byte[512];
    data[511] = 5;
    restored.completed(new Input.DiskCompleted(DISK, 0, DiskStatus.OK, Bytes.of(data), 1));
    assertEquals(5, ram.read(DATA + 511, 1)[0]);
    assertEquals(1, driver.usedIndex(0));
  }
}
