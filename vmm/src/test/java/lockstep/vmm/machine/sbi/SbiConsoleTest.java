package lockstep.vmm.machine.sbi;

import static lockstep.vmm.machine.sbi.Caller.DBCN;
import static lockstep.vmm.machine.sbi.Caller.RAM_BYTES;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.List;
import lockstep.ft.machine.Output;
import lockstep.vmm.machine.memory.PhysicalMemory;
import org.junit.jupiter.api.Test;

/** The debug console, and the legacy calls: what {@code earlycon=sbi} uses. */
final class SbiConsoleTest {
  private static final long RAM_BASE = PhysicalMemory.RAM_BASE;

  private final Caller supervisor = new Caller();

  private void inMemory(long address, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    supervisor.machine.memory().write(address, bytes, 0, bytes.length);
  }

  @Test
  void textInMemoryGoesToTheConsole() {
    inMemory(RAM_BASE + 0x1ffe, "Linux version\n");
    assertEquals(14, supervisor.succeeds(DBCN, 0, 14, RAM_BASE + 0x1ffe, 0));
    assertEquals("Linux version\n", supervisor.consoleText());
  }

  @Test
  void aByteGoesToTheConsole() {
    supervisor.succeeds(DBCN, 2, 'o');
    supervisor.succeeds(DBCN, 2, 0x100 + 'k');
    assertEquals("ok", supervisor.consoleText());
  }

  @Test
  void aLongTextIsWrittenInPart() {
    int max = DebugConsoleExtension.WRITE_BYTES_MAX;
    inMemory(RAM_BASE, "a".repeat(max + 10));
    assertEquals(max, supervisor.succeeds(DBCN, 0, max + 10, RAM_BASE, 0));
    assertEquals(10, supervisor.succeeds(DBCN, 0, 10, RAM_BASE + max, 0));
    assertEquals("a".repeat(max + 10), supervisor.consoleText());
  }

  @Test
  void memoryThatIsNotThereIsRefused() {
    for (int function = 0; function <= 1; function++) {
      supervisor.refused(SbiError.INVALID_PARAM, DBCN, function, 4, RAM_BASE - 2, 0);
      supervisor.refused(SbiError.INVALID_PARAM, DBCN, function, 4, RAM_BASE + RAM_BYTES - 3, 0);
      supervisor.refused(SbiError.INVALID_PARAM, DBCN, function, 4, RAM_BASE, 1);
      supervisor.refused(SbiError.INVALID_PARAM, DBCN, function, -1, RAM_BASE, 0);
      supervisor.refused(SbiError.INVALID_PARAM, DBCN, function, Long.MAX_VALUE, RAM_BASE, 0);
    }
    assertEquals("", supervisor.consoleText());
  }

  @Test
  void nothingIsEverRead() {
    assertEquals(0, supervisor.succeeds(DBCN, 1, 16, RAM_BASE, 0));
  }

  @Test
  void legacyCallsKeepA1() {
    Caller.Result put = supervisor.call(1, 0, '!', 77);
    assertEquals(new Caller.Result(0, 77), put);
    assertEquals("!", supervisor.consoleText());
    assertEquals(new Caller.Result(-1, 77), supervisor.call(2, 0, 0, 77));
    assertEquals(new Caller.Result(0, 77), supervisor.call(0, 0, 1000, 77));
  }

  @Test
  void theLegacyShutdownSwitchesOff() {
    supervisor.call(8, 0);
    assertEquals(List.of(new Output.PowerChanged(false)), supervisor.outputs());
  }
}
