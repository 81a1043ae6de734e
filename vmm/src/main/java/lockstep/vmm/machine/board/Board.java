package lockstep.vmm.machine.board;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import lockstep.ft.machine.Input;
import lockstep.ft.machine.Output;
import lockstep.vmm.machine.Machine;
import lockstep.vmm.machine.MachineConfig;
import lockstep.vmm.machine.boot.BoardTree;
import lockstep.vmm.machine.boot.BootException;
import lockstep.vmm.machine.boot.BootLayout;
import lockstep.vmm.machine.boot.KernelImage;
import lockstep.vmm.machine.bus.InterruptLine;
import lockstep.vmm.machine.device.block.VirtioBlock;
import lockstep.vmm.machine.device.console.ConsoleStream;
import lockstep.vmm.machine.device.console.VirtioConsole;
import lockstep.vmm.machine.device.entropy.VirtioEntropy;
import lockstep.vmm.machine.device.net.VirtioNet;
import lockstep.vmm.machine.device.plic.Plic;
import lockstep.vmm.machine.device.power.PowerSwitch;
import lockstep.vmm.machine.device.rtc.GoldfishRtc;
import lockstep.vmm.machine.device.uart.Uart16550;
import lockstep.vmm.machine.device.virtio.VirtioDevice;
import lockstep.vmm.machine.device.virtio.VirtioMmio;
import lockstep.vmm.machine.hart.Clint;
import lockstep.vmm.machine.hart.GuestTime;
import lockstep.vmm.machine.hart.Interrupts;
import lockstep.vmm.machine.hart.UnitCompiler;
import lockstep.vmm.machine.memory.PhysicalMemory;
import lockstep.vmm.machine.sbi.Sbi;

/**
 * Joins a machine's parts. Inputs reach their devices through {@link #onInput}; at {@link
 * Input.PoweredOn} the kernel, its initramfs and the device tree are written into RAM and the hart
 * enters the kernel in S-mode.
 *
 * <p>The power button is a second serial port, {@code ttyS1} to Linux: pressing it sends the line
 * {@value #POWER_BUTTON_LINE}, for which the guest's init waits. A stock kernel needs no driver for
 * that beyond the one of its console.
 */
public final class Board {
  /** What the power button's port says, with a newline behind it. */
  public static final String POWER_BUTTON_LINE = "power";

  private static final int UART_CLOCK_HZ = 3_686_400;

  private final BoardConfig config;
  private final Machine machine;
  private final KernelImage kernel;
  private final ByteBuffer initramfs;
  private final BootLayout layout;

  private final ConsoleStream console;
  private final Uart16550 uart;
  private final Uart16550 powerButton;
  private final GoldfishRtc rtc;
  private final VirtioNet net;
  private final VirtioEntropy entropy;
  private final VirtioConsole virtioConsole;
  private final List<VirtioBlock> disks = new ArrayList<>();
  private final Plic plic;

  private Board(BoardConfig config, KernelImage kernel, ByteBuffer initramfs, UnitCompiler compiler)
      throws BootException {
    this.config = config;
    this.kernel = kernel;
    this.initramfs = initramfs;
    layout =
        BootLayout.place(PhysicalMemory.RAM_BASE, config.ramBytes(), kernel, initramfs.remaining());
    machine =
        new Machine(new MachineConfig(config.ramBytes(), config.picosecondsPerStep()), compiler);
    PhysicalMemory memory = machine.memory();
    plic =
        new Plic(
            List.of(
                machine.hart().line(Interrupts.MACHINE_EXTERNAL),
                machine.hart().line(Interrupts.SUPERVISOR_EXTERNAL)));
    console = new ConsoleStream(machine.outputs());
    uart = new Uart16550(plic.line(MemoryMap.UART_SOURCE), console::write, console::flush);
    powerButton = new Uart16550(plic.line(MemoryMap.POWER_BUTTON_SOURCE), value -> {}, () -> {});
    rtc = new GoldfishRtc(machine.clock());
    net =
        new VirtioNet(
            config.mac().array(), memory, virtioLine(MemoryMap.NET_SLOT), machine.outputs());
    entropy = new VirtioEntropy(memory, virtioLine(MemoryMap.ENTROPY_SLOT), machine.outputs());
    virtioConsole = new VirtioConsole(console, memory, virtioLine(MemoryMap.CONSOLE_SLOT));
    for (int i = 0; i < config.disks().size(); i++) {
      BoardConfig.DiskConfig disk = config.disks().get(i);
      disks.add(
          new VirtioBlock(
              i,
              disk.sizeBytes(),
              disk.readOnly(),
              memory,
              virtioLine(MemoryMap.DISK_SLOT + i),
              machine.outputs()));
    }
  }

  /** The same without a compiler: everything is interpreted. */
  public static Machine create(BoardConfig config, byte[] kernelImage, byte[] initramfs)
      throws BootException {
    return create(
        config, ByteBuffer.wrap(kernelImage), ByteBuffer.wrap(initramfs), UnitCompiler.NONE);
  }

  /**
   * A machine that waits for {@link Input.PoweredOn}, or for a saved state.
   *
   * @param compiler makes it faster, and changes nothing else; for this machine alone
   * @param kernelImage a flat RISC-V Linux Image, kept as it is: best not on the heap, where each
   *     full collection would move its tens of megabytes
   * @param initramfs kept as it is, too; empty for none
   * @throws BootException if the kernel is none, or does not fit into RAM
   */
  public static Machine create(
      BoardConfig config, ByteBuffer kernelImage, ByteBuffer initramfs, UnitCompiler compiler)
      throws BootException {
    Board board = new Board(config, KernelImage.parse(kernelImage), initramfs, compiler);
    board.map();
    return board.machine;
  }

  /**
   * A machine that can only go on from a saved state: it has no kernel to be powered on with.
   *
   * @param compiler as above
   */
  public static Machine createForSavedState(BoardConfig config, UnitCompiler compiler)
      throws BootException {
    Board board = new Board(config, KernelImage.none(), ByteBuffer.allocate(0), compiler);
    board.map();
    return board.machine;
  }

  private InterruptLine virtioLine(int slot) {
    return plic.line(MemoryMap.VIRTIO_SOURCE + slot);
  }

  private void map() {
    var bus = machine.bus();
    bus.map(
        "power",
        MemoryMap.POWER_SWITCH,
        PowerSwitch.SIZE_BYTES,
        new PowerSwitch(this::changePower));
    bus.map("rtc", MemoryMap.RTC, GoldfishRtc.SIZE_BYTES, rtc);
    bus.map("plic", MemoryMap.PLIC, Plic.SIZE_BYTES, plic);
    bus.map("uart", MemoryMap.UART, Uart16550.SIZE_BYTES, uart);
    bus.map("powerButton", MemoryMap.POWER_BUTTON_UART, Uart16550.SIZE_BYTES, powerButton);
    mapVirtio("net", MemoryMap.NET_SLOT, net);
    mapVirtio("entropy", MemoryMap.ENTROPY_SLOT, entropy);
    mapVirtio("virtioConsole", MemoryMap.CONSOLE_SLOT, virtioConsole);
    for (int i = 0; i < disks.size(); i++) {
      mapVirtio("disk" + i, MemoryMap.DISK_SLOT + i, disks.get(i));
    }
    machine.addState("console", console);
    machine.addInputHandler(this::onInput);
    machine.hart().installFirmware(new Sbi(machine.memory(), console, this::changePower));
  }

  /** What was written to the console leaves before the machine stops. */
  private void changePower(Output change) {
    console.flush();
    machine.outputs().emit(change);
  }

  private void mapVirtio(String name, int slot, VirtioDevice device) {
    machine.bus().map(name, virtioBase(slot), VirtioMmio.SIZE_BYTES, new VirtioMmio(device));
  }

  private static long virtioBase(int slot) {
    return MemoryMap.VIRTIO + slot * VirtioMmio.SIZE_BYTES;
  }

  private void onInput(Input input) {
    switch (input) {
      case Input.PoweredOn on -> powerOn(on);
      case Input.FrameReceived received -> net.received(received.frame());
      case Input.DiskCompleted completed -> disk(completed.disk()).completed(completed);
      case Input.ClockMoved _ -> {
        // The machine's own; no device keeps time.
      }
      case Input.ConsoleReceived received -> typed(received.data().array());
      case Input.EntropyArrived arrived -> entropy.arrived(arrived.requestId(), arrived.data());
      case Input.PowerButtonPressed _ ->
          powerButton.received((POWER_BUTTON_LINE + "\n").getBytes(StandardCharsets.US_ASCII));
      case Input.DiskResized(int disk, long sizeBytes) -> disk(disk).resized(sizeBytes);
    }
  }

  private VirtioBlock disk(int index) {
    if (index < 0 || index >= disks.size()) {
      throw new IllegalArgumentException("no disk " + index);
    }
    return disks.get(index);
  }

  private void typed(byte[] bytes) {
    if (config.consoleIsVirtio()) {
      virtioConsole.received(bytes);
    } else {
      uart.received(bytes);
    }
  }

  private void powerOn(Input.PoweredOn on) {
    rtc.poweredOn(on.wallClockNanos());
    byte[] deviceTree = deviceTree(on.entropySeed().array());
    layout.load(machine.memory(), kernel, initramfs, deviceTree);
    machine
        .hart()
        .startInSupervisorMode(
            layout.kernelAddress(), machine.hart().id(), layout.deviceTreeAddress());
  }

  private byte[] deviceTree(byte[] randomSeed) {
    BoardTree tree =
        new BoardTree(PhysicalMemory.RAM_BASE, config.ramBytes(), GuestTime.TICKS_PER_SECOND)
            .clint(Clint.BASE, Clint.SIZE, Interrupts.MACHINE_SOFTWARE, Interrupts.MACHINE_TIMER)
            .interruptController(
                MemoryMap.PLIC,
                Plic.SIZE_BYTES,
                Plic.SOURCE_MAX,
                Interrupts.MACHINE_EXTERNAL,
                Interrupts.SUPERVISOR_EXTERNAL)
            .uart(MemoryMap.UART, Uart16550.SIZE_BYTES, MemoryMap.UART_SOURCE, UART_CLOCK_HZ)
            .serialPort(
                MemoryMap.POWER_BUTTON_UART,
                Uart16550.SIZE_BYTES,
                MemoryMap.POWER_BUTTON_SOURCE,
                UART_CLOCK_HZ)
            .rtc(MemoryMap.RTC, GoldfishRtc.SIZE_BYTES, MemoryMap.RTC_SOURCE)
            .powerSwitch(
                MemoryMap.POWER_SWITCH,
                PowerSwitch.SIZE_BYTES,
                PowerSwitch.POWER_OFF,
                PowerSwitch.RESET);
    for (int slot = 0; slot < MemoryMap.DISK_SLOT + disks.size(); slot++) {
      tree.virtioMmio(virtioBase(slot), VirtioMmio.SIZE_BYTES, MemoryMap.VIRTIO_SOURCE + slot);
    }
    return tree.chosen(config.commandLine(), layout, randomSeed).toBytes();
  }
}
