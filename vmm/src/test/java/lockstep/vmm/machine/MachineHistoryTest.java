package lockstep.vmm.machine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import lockstep.ft.machine.StateHistory;
import lockstep.vmm.machine.memory.PhysicalMemory;
import org.junit.jupiter.api.Test;

/** A machine tells the states that it was told to remember. */
final class MachineHistoryTest {
  private static final int PAGES = 64;
  private static final int ROUNDS = 60;

  private final Machine machine =
      new Machine(new MachineConfig((long) PAGES * PhysicalMemory.PAGE_BYTES, 1000));
  private final StateHistory history = machine.history();
  private final Random random = new Random(5);

  private record Told(long state, byte[] saved) {}

  private void scribble() {
    for (int i = random.nextInt(20); i > 0; i--) {
      long page = PhysicalMemory.addressOf(random.nextInt(PAGES));
      byte[] contents = new byte[random.nextInt(PhysicalMemory.PAGE_BYTES)];
      if (random.nextBoolean()) {
        random.nextBytes(contents);
      }
      machine.memory().write(page, contents, 0, contents.length);
      if (random.nextInt(10) == 0) {
        machine.hash(); // marks pages anew, and is no state to remember
      }
    }
  }

  private byte[] saved() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    machine.save(out);
    return out.toByteArray();
  }

  private byte[] saved(long state) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    history.save(state, out);
    return out.toByteArray();
  }

  @Test
  void everyRememberedStateIsToldAsItWas() throws IOException {
    List<Told> told = new ArrayList<>();
    for (int round = 0; round < ROUNDS; round++) {
      scribble();
      told.add(new Told(history.remember(), saved()));
      scribble();
      if (round % 7 == 6) {
        told.removeFirst();
        told.removeFirst();
        history.forgetBefore(told.getFirst().state);
      }
      for (Told each : told) {
        assertTrue(history.remembers(each.state));
        assertArrayEquals(each.saved, saved(each.state));
      }
    }
  }

  @Test
  void whatIsForgottenIsNotTold() {
    long first = history.remember();
    long second = history.remember();
    history.forgetBefore(second);
    assertFalse(history.remembers(first));
    assertThrows(IllegalArgumentException.class, () -> saved(first));
    history.forgetAll();
    assertFalse(history.remembers(second));
    assertEquals(0, history.keptBytes());
  }

  @Test
  void nothingIsKeptWhileNothingIsRemembered() throws IOException {
    scribble();
    assertEquals(0, history.keptBytes());
    long state = history.remember();
    byte[] before = saved();
    machine.memory().store64(PhysicalMemory.RAM_BASE, 1);
    machine.memory().store64(PhysicalMemory.RAM_BASE, 2);
    assertEquals(PhysicalMemory.PAGE_BYTES, history.keptBytes());
    assertArrayEquals(before, saved(state));
  }

  @Test
  void whatIsTooMuchIsForgotten() {
    int pages = 20_000;
    Machine large = new Machine(new MachineConfig((long) pages * PhysicalMemory.PAGE_BYTES, 1000));
    for (int round = 1; round <= 2; round++) {
      for (int page = 0; page < pages; page++) {
        large.memory().store64(PhysicalMemory.addressOf(page), round);
      }
      long state = large.history().remember();
      assertTrue(large.history().remembers(state));
      for (int page = 0; page < pages; page++) {
        large.memory().store64(PhysicalMemory.addressOf(page), -round);
      }
      assertFalse(large.history().remembers(state));
      assertEquals(0, large.history().keptBytes());
    }
  }
}
