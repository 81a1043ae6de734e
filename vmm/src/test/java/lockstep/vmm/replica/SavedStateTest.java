package lockstep.vmm.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import lockstep.ft.core.CoreState;
import lockstep.ft.machine.Bytes;
import lockstep.ft.machine.DiskOperation;
import lockstep.ft.machine.Output;
import lockstep.vmm.machine.Machine;
import lockstep.vmm.machine.MachineConfig;
import lockstep.vmm.machine.memory.PhysicalMemory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A saved state is restored as it was saved, or refused. */
final class SavedStateTest {
  private static final String DIGEST = "d1";
  private static final CoreState CORE =
      new CoreState(
          true,
          true,
          3,
          List.of(new Output.ConsoleWritten(0, Bytes.of(new byte[] {1, 2, 3}))),
          List.of(
              new Output.DiskRequested(
                  0, 7, DiskOperation.WRITE, 4096, 512, Bytes.of(new byte[512]))),
          List.of());

  private static final int FLIPS = 500;

  @TempDir private Path folder;
  private Path file = Path.of("");
  private final Machine machine = machine();

  private static Machine machine() {
    return new Machine(new MachineConfig(64 << 10, 1000));
  }

  @BeforeEach
  void save() throws IOException {
    file = folder.resolve("state");
    machine.hart().startInMachineMode(PhysicalMemory.RAM_BASE);
    Random random = new Random(1);
    byte[] contents = new byte[3 * PhysicalMemory.PAGE_BYTES];
    random.nextBytes(contents);
    machine.memory().write(PhysicalMemory.RAM_BASE + 0x2000, contents, 0, contents.length);
    machine.run(100);
    SavedState.save(file, DIGEST, CORE, machine);
  }

  private String refusal(String digest) {
    return assertThrows(IOException.class, () -> SavedState.restore(file, digest, machine()))
        .toString();
  }

  @Test
  void whatWasSavedComesBack() throws IOException {
    Machine restored = machine();
    assertEquals(CORE, SavedState.restore(file, DIGEST, restored));
    assertEquals(machine.hash(), restored.hash());
    assertEquals(100, restored.position());
  }

  @Test
  void anotherDefinitionIsRefusedByName() {
    assertTrue(refusal("d2").contains("d1"));
  }

  @Test
  void aDamagedFileIsRefusedUnlessTheStateIsTheSame() throws IOException {
    byte[] good = Files.readAllBytes(file);
    Random random = new Random(2);
    int refused = 0;
    for (int i = 0; i < FLIPS; i++) {
      byte[] bad = good.clone();
      bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
      Files.write(file, bad);
      Machine restored = machine();
      try {
        assertEquals(CORE, SavedState.restore(file, DIGEST, restored));
        assertEquals(machine.hash(), restored.hash());
      } catch (IOException e) {
        refused++;
      }
    }
    assertTrue(refused > FLIPS * 9 / 10, refused + " refused");
  }

  @Test
  void aChangeInMemoryIsNamed() throws IOException {
    byte[] bad = Files.readAllBytes(file);
    bad[bad.length - 1000] ^= 1;
    Files.write(file, bad);
    assertTrue(refusal(DIGEST).contains("hashes to"));
  }

  @Test
  void aStateCutShortIsRefused() throws IOException {
    byte[] good = Files.readAllBytes(file);
    for (int length = 0; length < good.length; length += 1 + good.length / 100) {
      Files.write(file, Arrays.copyOf(good, length));
      refusal(DIGEST);
    }
  }
}
