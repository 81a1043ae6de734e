package lockstep.vmm.machine.board;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import lockstep.ft.machine.Bytes;
import lockstep.ft.machine.DeterministicMachine.Pause;
import lockstep.ft.machine.Input;
import lockstep.ft.machine.Output;
import lockstep.vmm.machine.Machine;
import lockstep.vmm.machine.boot.BootException;
import org.junit.jupiter.api.Test;

/** A kernel of a few instructions on the whole board. */
final class BoardTest {
  private static final long RAM_BYTES = 8 << 20;

  /** Says "Hi" on the serial port, looks at the device tree and switches off. */
  private static final int[] PROGRAM = {
    0x100002b7, // lui t0,0x10000
    0x04800313, // li t1,'H'
    0x00628023, // sb t1,0(t0)
    0x06900313, // li t1,'i'
    0x00628023, // sb t1,0(t0)
    0x0005a383, // lw t2,0(a1)
    0x001002b7, // lui t0,0x100
    0x00005337, // lui t1,0x5
    0x55530313, // add t1,t1,0x555
    0x0062a023, // sw t1,0(t0)
    0x0000006f, // j .
  };

  private static final int T2 = 7;
  private static final int DEVICE_TREE_MAGIC = 0xd00dfeed;

  private final List<Output> outputs = new ArrayList<>();

  private static byte[] kernel() {
    ByteBuffer image = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);
    image.putInt(0, 0x0400006f); // j 64
    image.putLong(0x08, 0x20_0000); // text_offset
    image.putLong(0x10, 4096); // image_size
    image.put(0x30, "RISCV\0\0\0RSC\5".getBytes(StandardCharsets.US_ASCII));
    for (int i = 0; i < PROGRAM.length; i++) {
      image.putInt(64 + 4 * i, PROGRAM[i]);
    }
    return image.array();
  }

  private static BoardConfig config(BoardConfig.DiskConfig... disks) {
    return new BoardConfig(
        RAM_BYTES, 1000, 1, "console=ttyS0", Bytes.of(new byte[6]), List.of(disks));
  }

  private static BoardConfig.DiskConfig[] disks(int count) {
    BoardConfig.DiskConfig[] disks = new BoardConfig.DiskConfig[count];
    Arrays.fill(disks, new BoardConfig.DiskConfig(4096, true));
    return disks;
  }

  private static Machine machine() throws BootException {
    return Board.create(
        config(new BoardConfig.DiskConfig(1 << 20, false)), kernel(), new byte[100]);
  }

  private static Machine poweredOn() throws BootException {
    Machine machine = machine();
    machine.inject(new Input.PoweredOn(Bytes.of(new byte[64]), 1));
    return machine;
  }

  private static List<Output> hiAndOff() {
    byte[] hi = "Hi".getBytes(StandardCharsets.US_ASCII);
    return List.of(new Output.ConsoleWritten(0, Bytes.of(hi)), new Output.PowerChanged(false));
  }

  @Test
  void aKernelSpeaksAndSwitchesOff() throws BootException {
    Machine machine = poweredOn();
    assertEquals(Pause.OUTPUT, machine.run(1000));
    assertEquals(PROGRAM.length, machine.position(), "with the jump, less the last");
    machine.drainOutputs(outputs::add);
    assertEquals(hiAndOff(), outputs);
    assertEquals(Pause.OFF, machine.run(1000));
    assertEquals(DEVICE_TREE_MAGIC, Integer.reverseBytes((int) machine.hart().x(T2)));
  }

  @Test
  void aMachineRestoredAnywhereEndsTheSame() throws BootException, IOException {
    Machine whole = poweredOn();
    whole.run(PROGRAM.length);
    for (int cut = 0; cut < PROGRAM.length; cut++) {
      Machine saved = poweredOn();
      saved.run(cut);
      saved.drainOutputs(outputs::add);
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      saved.save(bytes);
      Machine restored = machine();
      restored.restore(new ByteArrayInputStream(bytes.toByteArray()));
      assertEquals(saved.hash(), restored.hash());
      restored.run(PROGRAM.length);
      assertEquals(whole.hash(), restored.hash());
      outputs.clear();
      restored.drainOutputs(outputs::add);
      assertEquals(hiAndOff(), outputs);
    }
  }

  @Test
  void theEntropySeedReachesMemory() throws BootException {
    Machine machine = machine();
    Machine other = machine();
    byte[] seed = new byte[64];
    machine.inject(new Input.PoweredOn(Bytes.of(seed.clone()), 1));
    seed[63] = 1;
    other.inject(new Input.PoweredOn(Bytes.of(seed), 1));
    assertNotEquals(machine.hash().memory(), other.hash().memory());
  }

  @Test
  void definitionsThatTheMachineCannotBeAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> new BoardConfig.DiskConfig(100, false));
    assertThrows(IllegalArgumentException.class, () -> config(disks(BoardConfig.DISKS_MAX + 1)));
    assertThrows(BootException.class, () -> Board.create(config(), new byte[100], new byte[0]));
  }

  @Test
  void aBoardWithEveryDiskItCanHaveFits() throws BootException {
    Machine machine = Board.create(config(disks(BoardConfig.DISKS_MAX)), kernel(), new byte[0]);
    machine.inject(new Input.PoweredOn(Bytes.of(new byte[64]), 1));
    assertEquals(Pause.OUTPUT, machine.run(1000));
  }
}
