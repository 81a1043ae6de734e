package lockstep.vmm.machine.boot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The device tree of a board, read back from its blob. */
final class BoardTreeTest {
  private static final long RAM_BASE = 0x8000_0000L;
  private static final byte[] SEED = {1, 2, 3, 4, 5, 6, 7};

  private static BoardTree board() {
    return new BoardTree(RAM_BASE, 256 << 20, 10_000_000)
        .clint(0x200_0000, 0x1_0000, 3, 7)
        .interruptController(0xc00_0000, 0x60_0000, 31, 11, 9)
        .uart(0x1000_0000, 0x100, 10, 3_686_400)
        .virtioMmio(0x1000_1000, 0x1000, 1)
        .virtioMmio(0x1000_2000, 0x1000, 2)
        .rtc(0x10_1000, 0x1000, 11)
        .powerSwitch(0x10_0000, 0x1000, 0x5555, 0x7777);
  }

  private static BootLayout layout() {
    return new BootLayout(
        RAM_BASE + (2 << 20),
        Optional.of(new BootLayout.Range(0x8400_0000L, 0x8412_3456L)),
        0x8fe0_0000L);
  }

  private static Map<String, byte[]> chosenBoard() {
    return BlobReader.read(board().chosen("console=ttyS0 quiet", layout(), SEED).toBytes());
  }

  private static String text(Map<String, byte[]> tree, String path) {
    return new String(tree.getOrDefault(path, new byte[0]), StandardCharsets.UTF_8);
  }

  private static int[] cells(Map<String, byte[]> tree, String path) {
    ByteBuffer value = ByteBuffer.wrap(tree.getOrDefault(path, new byte[0]));
    int[] cells = new int[value.remaining() / 4];
    value.asIntBuffer().get(cells);
    return cells;
  }

  @Test
  void memoryIsDescribed() {
    assertArrayEquals(
        new int[] {0, 0x8000_0000, 0, 256 << 20}, cells(chosenBoard(), "/memory@80000000:reg"));
  }

  @Test
  void theHartsIsaIsNamedInTheOldAndTheNewForm() {
    Map<String, byte[]> tree = chosenBoard();
    assertEquals(
        "rv64imafdc_zicntr_zicsr_zifencei_zba_zbb_zbs_sstc\0", text(tree, "/cpus/cpu@0:riscv,isa"));
    assertEquals("rv64i\0", text(tree, "/cpus/cpu@0:riscv,isa-base"));
    assertEquals(
        "i\0m\0a\0f\0d\0c\0zicntr\0zicsr\0zifencei\0zba\0zbb\0zbs\0sstc\0",
        text(tree, "/cpus/cpu@0:riscv,isa-extensions"));
    assertArrayEquals(new int[] {10_000_000}, cells(tree, "/cpus:timebase-frequency"));
  }

  @Test
  void interruptsLeadFromDevicesOverThePlicToTheHart() {
    Map<String, byte[]> tree = chosenBoard();
    int hart = cells(tree, "/cpus/cpu@0/interrupt-controller:phandle")[0];
    int plic = cells(tree, "/soc/interrupt-controller@c000000:phandle")[0];
    assertArrayEquals(
        new int[] {hart, 11, hart, 9},
        cells(tree, "/soc/interrupt-controller@c000000:interrupts-extended"));
    assertArrayEquals(
        new int[] {hart, 3, hart, 7}, cells(tree, "/soc/clint@2000000:interrupts-extended"));
    assertArrayEquals(new int[] {plic}, cells(tree, "/soc/virtio_mmio@10002000:interrupt-parent"));
    assertArrayEquals(new int[] {2}, cells(tree, "/soc/virtio_mmio@10002000:interrupts"));
  }

  @Test
  void powerOffAndResetPointToTheSwitch() {
    Map<String, byte[]> tree = chosenBoard();
    int power = cells(tree, "/soc/test@100000:phandle")[0];
    assertArrayEquals(new int[] {power}, cells(tree, "/poweroff:regmap"));
    assertArrayEquals(new int[] {0x5555}, cells(tree, "/poweroff:value"));
    assertArrayEquals(new int[] {0x7777}, cells(tree, "/reboot:value"));
  }

  @Test
  void theKernelIsToldItsCommandLineInitramfsAndSeed() {
    Map<String, byte[]> tree = chosenBoard();
    assertEquals("console=ttyS0 quiet\0", text(tree, "/chosen:bootargs"));
    assertEquals("/soc/serial@10000000\0", text(tree, "/chosen:stdout-path"));
    assertArrayEquals(new int[] {0, 0x8400_0000}, cells(tree, "/chosen:linux,initrd-start"));
    assertArrayEquals(new int[] {0, 0x8412_3456}, cells(tree, "/chosen:linux,initrd-end"));
    assertArrayEquals(SEED, tree.get("/chosen:rng-seed"));
  }

  @Test
  void withoutInitramfsAndSeedNoneIsNamed() {
    BootLayout bare = new BootLayout(RAM_BASE, Optional.empty(), RAM_BASE);
    Map<String, byte[]> tree = BlobReader.read(board().chosen("", bare, new byte[0]).toBytes());
    assertFalse(tree.containsKey("/chosen:linux,initrd-start"));
    assertFalse(tree.containsKey("/chosen:rng-seed"));
    assertTrue(tree.containsKey("/chosen:bootargs"));
  }

  @Test
  void theSameBoardGivesTheSameBlob() {
    assertArrayEquals(
        board().chosen("a", layout(), SEED).toBytes(),
        board().chosen("a", layout(), SEED).toBytes());
  }
}
