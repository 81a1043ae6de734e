package lockstep.vmm.machine.elf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import lockstep.vmm.machine.memory.PhysicalMemory;
import org.junit.jupiter.api.Test;

/** What run-elf takes for a program, and how one ends. */
final class BareMachineTest {
  private static final long RAM_BYTES = 1 << 20;
  private static final int STEPS_MAX = 1000;

  /** Stores 2 * code + 1 to tohost. */
  private static int[] exitWith(int code) {
    return new int[] {
      0x00001297, // auipc t0,1
      code << 21 | 0x0010_0313, // li t1,2 * code + 1
      0x0062b023, // sd t1,0(t0)
      0x0000006f, // j .
    };
  }

  private static String refusal(byte[] elf) {
    return assertThrows(IllegalArgumentException.class, () -> new BareMachine(elf, RAM_BYTES))
        .toString();
  }

  @Test
  void aProgramEndsWithTheCodeItStoresToTohost() {
    for (int code : new int[] {0, 7}) {
      byte[] elf = ElfImage.of(ElfImage.TOHOST, ElfImage.FROMHOST, exitWith(code));
      BareMachine.Result result = new BareMachine(elf, RAM_BYTES).run(STEPS_MAX, _ -> {});
      assertEquals(new BareMachine.Result.Exited(code, 3), result);
    }
  }

  @Test
  void tohostAndFromhostMustLieInRam() {
    long behindRam = PhysicalMemory.RAM_BASE + RAM_BYTES;
    for (long bad : new long[] {0, 8, behindRam, behindRam - 4, ElfImage.TOHOST + 1, -8}) {
      assertTrue(refusal(ElfImage.of(ElfImage.TOHOST, bad, exitWith(0))).contains("fromhost"));
      assertTrue(refusal(ElfImage.of(bad, ElfImage.FROMHOST, exitWith(0))).contains("tohost"));
    }
  }

  @Test
  void whatIsNoElfIsRefused() {
    assertTrue(refusal(new byte[0]).contains("not an ELF"));
    assertTrue(refusal(new byte[1000]).contains("not an ELF"));
  }

  @Test
  void aDamagedElfIsRefusedOrRuns() {
    byte[] good = ElfImage.of(ElfImage.TOHOST, ElfImage.FROMHOST, exitWith(0));
    Random random = new Random(1);
    int ran = 0;
    for (int i = 0; i < 3000; i++) {
      byte[] elf = good.clone();
      for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
        elf[random.nextInt(elf.length)] = (byte) random.nextInt();
      }
      try {
        BareMachine machine = new BareMachine(elf, RAM_BYTES);
        assertInstanceOf(BareMachine.Result.class, machine.run(STEPS_MAX, _ -> {}));
        ran++;
      } catch (IllegalArgumentException refused) {
        assertNotNull(refused.getMessage());
      }
    }
    assertTrue(ran > 0 && ran < 3000, "ran " + ran);
  }
}
