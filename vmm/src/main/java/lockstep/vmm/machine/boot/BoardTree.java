package lockstep.vmm.machine.boot;

import java.util.List;

/**
 * The device tree of the machine's board: one method for each kind of node, in the words of the
 * kernel's bindings. The board decides which devices there are and where; it calls {@link
 * #interruptController} before the first device that has an interrupt.
 *
 * <p>Kernels probe devices in the order of their nodes: disks are numbered as they are added here.
 */
public final class BoardTree {
  private static final int HART_CONTROLLER_PHANDLE = 1;
  private static final int PLIC_PHANDLE = 2;
  private static final int POWER_PHANDLE = 3;

  private static final String ISA_BASE = "rv64i";

  /**
   * Every extension that is complete in this machine, named as {@code riscv,isa-extensions} names
   * them. A guest uses what stands here, so nothing stands here that the hart has not.
   */
  private static final List<String> EXTENSIONS =
      List.of(
          "i", "m", "a", "f", "d", "c", "zicntr", "zicsr", "zifencei", "zba", "zbb", "zbs", "sstc");

  private final DeviceTreeNode root = new DeviceTreeNode("");
  private final DeviceTreeNode chosen;
  private final DeviceTreeNode soc;

  /** A board with RAM at {@code [ramBase, ramBase + ramBytes)} and one hart, of id 0. */
  public BoardTree(long ramBase, long ramBytes, long timebaseHz) {
    root.cells("#address-cells", 2)
        .cells("#size-cells", 2)
        .strings("compatible", "lockstep,machine", "riscv-virtio")
        .strings("model", "lockstep,machine");
    chosen = root.child("chosen");
    root.child("memory", ramBase).strings("device_type", "memory").pairs("reg", ramBase, ramBytes);
    addHart(timebaseHz);
    soc =
        root.child("soc")
            .cells("#address-cells", 2)
            .cells("#size-cells", 2)
            .strings("compatible", "simple-bus")
            .flag("ranges");
  }

  private void addHart(long timebaseHz) {
    DeviceTreeNode cpus =
        root.child("cpus")
            .cells("#address-cells", 1)
            .cells("#size-cells", 0)
            .cells("timebase-frequency", Math.toIntExact(timebaseHz));
    DeviceTreeNode cpu =
        cpus.child("cpu", 0)
            .strings("device_type", "cpu")
            .cells("reg", 0)
            .strings("status", "okay")
            .strings("compatible", "riscv")
            .strings("mmu-type", "riscv,sv39")
            .strings("riscv,isa", isaString())
            .strings("riscv,isa-base", ISA_BASE)
            .strings("riscv,isa-extensions", EXTENSIONS.toArray(String[]::new));
    cpu.child("interrupt-controller")
        .cells("#address-cells", 0)
        .cells("#interrupt-cells", 1)
        .flag("interrupt-controller")
        .strings("compatible", "riscv,cpu-intc")
        .cells("phandle", HART_CONTROLLER_PHANDLE);
  }

  /** The older form of the ISA: letters run together, longer names behind underscores. */
  private static String isaString() {
    StringBuilder isa = new StringBuilder("rv64");
    for (String extension : EXTENSIONS) {
      isa.append(extension.length() == 1 ? extension : "_" + extension);
    }
    return isa.toString();
  }

  /** The CLINT: software and timer interrupts of M-mode. */
  public BoardTree clint(long base, long size, int softwareCause, int timerCause) {
    soc.child("clint", base)
        .strings("compatible", "sifive,clint0", "riscv,clint0")
        .pairs("reg", base, size)
        .cells(
            "interrupts-extended",
            HART_CONTROLLER_PHANDLE,
            softwareCause,
            HART_CONTROLLER_PHANDLE,
            timerCause);
    return this;
  }

  /**
   * The PLIC, with one context for each of {@code causes}, in its own order of contexts.
   *
   * @param sources highest interrupt source
   */
  public BoardTree interruptController(long base, long size, int sources, int... causes) {
    int[] contexts = new int[2 * causes.length];
    for (int i = 0; i < causes.length; i++) {
      contexts[2 * i] = HART_CONTROLLER_PHANDLE;
      contexts[2 * i + 1] = causes[i];
    }
    soc.child("interrupt-controller", base)
        .strings("compatible", "sifive,plic-1.0.0", "riscv,plic0")
        .cells("#address-cells", 0)
        .cells("#interrupt-cells", 1)
        .flag("interrupt-controller")
        .pairs("reg", base, size)
        .cells("interrupts-extended", contexts)
        .cells("riscv,ndev", sources)
        .cells("phandle", PLIC_PHANDLE);
    return this;
  }

  /** A 16550; also the standard output of the boot. */
  public BoardTree uart(long base, long size, int source, int clockHz) {
    chosen.strings("stdout-path", "/soc/" + serial(base, size, source, clockHz).name());
    return this;
  }

  /** One more 16550. */
  public BoardTree serialPort(long base, long size, int source, int clockHz) {
    serial(base, size, source, clockHz);
    return this;
  }

  private DeviceTreeNode serial(long base, long size, int source, int clockHz) {
    return device("serial", base, size, source)
        .strings("compatible", "ns16550a")
        .cells("clock-frequency", clockHz);
  }

  /** A virtio device behind its MMIO transport. */
  public BoardTree virtioMmio(long base, long size, int source) {
    device("virtio_mmio", base, size, source).strings("compatible", "virtio,mmio");
    return this;
  }

  /** A Goldfish real-time clock. */
  public BoardTree rtc(long base, long size, int source) {
    device("rtc", base, size, source).strings("compatible", "google,goldfish-rtc");
    return this;
  }

  /** The register that switches the machine off or resets it, and the values that do. */
  public BoardTree powerSwitch(long base, long size, int powerOffValue, int resetValue) {
    soc.child("test", base)
        .strings("compatible", "sifive,test1", "sifive,test0", "syscon")
        .pairs("reg", base, size)
        .cells("phandle", POWER_PHANDLE);
    root.child("poweroff")
        .strings("compatible", "syscon-poweroff")
        .cells("regmap", POWER_PHANDLE)
        .cells("offset", 0)
        .cells("value", powerOffValue);
    root.child("reboot")
        .strings("compatible", "syscon-reboot")
        .cells("regmap", POWER_PHANDLE)
        .cells("offset", 0)
        .cells("value", resetValue);
    return this;
  }

  private DeviceTreeNode device(String name, long base, long size, int source) {
    return soc.child(name, base)
        .pairs("reg", base, size)
        .cells("interrupt-parent", PLIC_PHANDLE)
        .cells("interrupts", source);
  }

  /**
   * What the kernel is told at boot.
   *
   * @param randomSeed entropy for the kernel's generator, drawn at power-on and part of the log
   */
  public BoardTree chosen(String commandLine, BootLayout layout, byte[] randomSeed) {
    chosen.strings("bootargs", commandLine);
    layout
        .initramfs()
        .ifPresent(
            range ->
                chosen
                    .pairs("linux,initrd-start", range.start())
                    .pairs("linux,initrd-end", range.end()));
    if (randomSeed.length > 0) {
      chosen.bytes("rng-seed", randomSeed.clone());
    }
    return this;
  }

  /** The blob, as a kernel reads it. */
  public byte[] toBytes() {
    return FlattenedDeviceTree.encode(root, 0);
  }
}
