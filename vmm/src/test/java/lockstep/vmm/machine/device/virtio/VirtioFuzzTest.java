package lockstep.vmm.machine.device.virtio;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import lockstep.ft.machine.Bytes;
import lockstep.ft.machine.DiskStatus;
import lockstep.ft.machine.Input;
import lockstep.ft.machine.Output;
import lockstep.vmm.machine.bus.OutputSink;
import lockstep.vmm.machine.device.FakeRam;
import lockstep.vmm.machine.device.StateCopy;
import lockstep.vmm.machine.device.block.VirtioBlock;
import lockstep.vmm.machine.device.console.ConsoleStream;
import lockstep.vmm.machine.device.console.VirtioConsole;
import lockstep.vmm.machine.device.entropy.VirtioEntropy;
import lockstep.vmm.machine.device.net.VirtioNet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A guest that writes nonsense: random descriptors, rings and registers, with inputs between.
 * {@link FakeRam} throws on any access outside of RAM, so a pass means there was none. Two devices
 * that see the same nonsense stay equal, one of them saved and restored all the time.
 */
final class VirtioFuzzTest {
  private static final int ROUNDS = 3000;
  private static final int SIZE = 16;

  /** One of two machines with every virtio device, driven alike. */
  private static final class Machine {
    final FakeRam ram = new FakeRam(0x8_0000);
    final List<Output> outputs = new ArrayList<>();
    final OutputSink sink = outputs::add;
    final ConsoleStream stream = new ConsoleStream(sink);
    VirtioBlock block = block();
    VirtioNet net = net();
    VirtioConsole console = console();
    VirtioEntropy entropy = entropy();
    List<VirtioMmio> mmio = mmio();

    VirtioBlock block() {
      return new VirtioBlock(0, 1 << 20, false, ram, a -> {}, sink);
    }

    VirtioNet net() {
      return new VirtioNet(new byte[6], ram, a -> {}, sink);
    }

    VirtioConsole console() {
      return new VirtioConsole(stream, ram, a -> {});
    }

    VirtioEntropy entropy() {
      return new VirtioEntropy(ram, a -> {}, sink);
    }

    List<VirtioMmio> mmio() {
      return List.of(
          new VirtioMmio(block),
          new VirtioMmio(net),
          new VirtioMmio(console),
          new VirtioMmio(entropy));
    }

    /** Replaces every device by a new one that has its state. */
    void renew() {
      List<VirtioMmio> before = mmio;
      block = block();
      net = net();
      console = console();
      entropy = entropy();
      mmio = mmio();
      for (int i = 0; i < before.size(); i++) {
        StateCopy.copy(before.get(i), mmio.get(i));
      }
    }

    long hash() {
      return mmio.stream().mapToLong(StateCopy::hash).reduce(17, (a, b) -> 31 * a + b);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void noNonsenseThrowsOrLeavesRamOrDependsOnWhatIsHidden(long seed) {
    Machine kept = new Machine();
    Machine renewed = new Machine();
    Random one = new Random(seed);
    Random two = new Random(seed);
    for (int round = 0; round < ROUNDS; round++) {
      int outputsBefore = kept.outputs.size();
      act(kept, one);
      act(renewed, two);
      if (round % 10 == 0) {
        renewed.renew();
      }
      assertEquals(
          kept.outputs.subList(outputsBefore, kept.outputs.size()),
          renewed.outputs.subList(outputsBefore, renewed.outputs.size()));
    }
    assertEquals(kept.hash(), renewed.hash());
    assertEquals(Bytes.of(kept.ram.array()), Bytes.of(renewed.ram.array()));
  }

  private static void act(Machine machine, Random random) {
    int which = random.nextInt(machine.mmio.size());
    VirtioMmio mmio = machine.mmio.get(which);
    TestDriver driver = new TestDriver(machine.ram, mmio, SIZE);
    switch (random.nextInt(8)) {
      case 0 -> mmio.store(random.nextInt(0x120), random.nextInt(4), random.nextLong());
      case 1 -> mmio.load(random.nextInt(0x140), random.nextInt(4));
      case 2, 3 -> start(driver, mmio, random);
      case 4 -> input(machine, random);
      default -> {
        scribble(machine.ram, random);
        for (int queue = 0; queue < 2; queue++) {
          driver.kick(queue);
        }
      }
    }
  }

  private static void start(TestDriver driver, VirtioMmio mmio, Random random) {
    if (driver.needsReset() || random.nextInt(10) == 0) {
      long features = driver.deviceFeatures() & (random.nextLong() | VirtioDevice.F_VERSION_1);
      driver.start(features, 2);
    } else {
      mmio.store(TestDriver.INTERRUPT_ACK, 2, 3);
    }
  }

  /** Writes likely descriptors and headers, and makes a few of them available. */
  private static void scribble(FakeRam ram, Random random) {
    for (int queue = 0; queue < 2; queue++) {
      long ring = FakeRam.BASE + queue * 0x1_0000L;
      for (int i = 0; i < SIZE; i++) {
        long at = ring + i * 16L;
        ram.store64(at, TestDriver.BUFFERS + random.nextInt(0x4_0000) - 0x100);
        ram.store32(at + 8, random.nextInt(20) == 0 ? random.nextInt() : random.nextInt(2000));
        ram.store16(at + 12, random.nextInt(8) == 0 ? random.nextInt(8) : random.nextInt(4));
        ram.store16(at + 14, random.nextInt(SIZE + (random.nextInt(30) == 0 ? 2 : 0)));
      }
      for (int i = 0; i < SIZE; i++) {
        ram.store16(ring + 0x8004 + i * 2L, random.nextInt(SIZE));
      }
      ram.store16(ring + 0x8002, ram.load16(ring + 0x8002) + random.nextInt(4));
    }
    for (int i = 0; i < 64; i++) {
      long header = TestDriver.BUFFERS + random.nextInt(0x3_0000);
      ram.store32(header, random.nextInt(15));
      ram.store64(header + 8, random.nextInt(3000));
    }
  }

  private static void input(Machine machine, Random random) {
    byte[] bytes = new byte[random.nextInt(3000)];
    random.nextBytes(bytes);
    long id = random.nextInt(50);
    switch (random.nextInt(4)) {
      case 0 -> {
        DiskStatus status = DiskStatus.values()[random.nextInt(4)];
        machine.block.completed(
            new Input.DiskCompleted(0, id, status, Bytes.of(bytes), random.nextLong()));
      }
      case 1 -> machine.net.received(Bytes.of(bytes));
      case 2 -> machine.console.received(bytes);
      default -> machine.entropy.arrived(id, Bytes.of(bytes));
    }
  }
}
