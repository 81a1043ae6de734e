package lockstep.vmm.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import lockstep.ft.core.Role;
import lockstep.vmm.compiler.CompilerMode;
import lockstep.vmm.machine.Machine;
import lockstep.vmm.machine.memory.PhysicalMemory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real machines that differ: what is kept of it, and how it is explained. */
final class DivergenceTest {
  /** A word that the guest never writes. */
  private static final long UNTOUCHED = CountingGuest.TABLE + (1 << 20);

  @TempDir private Path folder;
  private Trio trio = new Trio(Path.of(""));

  private Trio.Node primary() {
    return nodes.get(0);
  }

  private Trio.Node backup() {
    return nodes.get(1);
  }

  private List<Trio.Node> nodes = List.of();

  @BeforeEach
  void startPair() throws IOException {
    trio = new Trio(folder);
    nodes = List.of(trio.start(), trio.start());
    trio.runMillis(300);
    assertEquals(Role.PRIMARY, primary().role());
    assertEquals(Role.BACKUP, backup().role());
    assertTrue(backup().machine.position() > 1_000_000);
  }

  /** As a bit of the host's memory does. */
  private static void flip(Machine machine, long address) {
    machine.memory().store64(address, machine.memory().load64(address) ^ 1L << 42);
  }

  private Path fileOf(String role) {
    return trio.files().stream()
        .filter(file -> file.getFileName().toString().contains("-" + role + "-"))
        .findFirst()
        .orElseThrow();
  }

  private String explained(Path file, Optional<Path> other) throws IOException {
    return String.join("\n", DivergenceExplanation.of(file, other, CompilerMode.OFF));
  }

  private static void assertSays(String text, String... parts) {
    for (String part : parts) {
      assertTrue(text.contains(part), () -> "no \"" + part + "\" in:\n" + text);
    }
  }

  @Test
  void aBackupThatDiffersIsReplacedByASpare() throws IOException {
    Trio.Node spare = trio.start();
    flip(backup().machine, UNTOUCHED);
    trio.runMillis(1000);
    assertEquals(Role.HALTED, backup().role());
    assertEquals(Role.PRIMARY, primary().role());
    assertEquals(Role.BACKUP, spare.role());
    assertEquals(2, trio.files().size());
    assertTrue(spare.machine.position() > 1_000_000);
  }

  @Test
  void eachFileSaysThatTheBackupWentWrongAndWhere() throws IOException {
    flip(backup().machine, UNTOUCHED);
    trio.runMillis(100);
    String byBackup = explained(fileOf("backup"), Optional.empty());
    assertSays(
        byBackup,
        "kept by the backup",
        "harts and devices are equal, memory differs",
        "agrees with the primary; the backup went wrong",
        "replay against backup: memory (1 page)",
        "memory 0x%x".formatted(UNTOUCHED),
        "0x0000000000000000 0x0000040000000000");
    assertSays(
        explained(fileOf("primary"), Optional.empty()),
        "kept by the primary",
        "agrees with the primary; the backup went wrong",
        "replay against primary: no difference");
    assertSays(
        explained(fileOf("primary"), Optional.of(fileOf("backup"))),
        "primary against backup: memory (1 page)",
        "0x0000000000000000 0x0000040000000000");
  }

  @Test
  void eachFileSaysThatThePrimaryWentWrong() throws IOException {
    flip(primary().machine, UNTOUCHED);
    trio.runMillis(100);
    assertSays(
        explained(fileOf("primary"), Optional.empty()),
        "agrees with the backup; the primary went wrong",
        "replay against primary: memory (1 page)",
        "0x0000000000000000 0x0000040000000000");
    assertSays(
        explained(fileOf("backup"), Optional.empty()),
        "agrees with the backup; the primary went wrong",
        "replay against backup: no difference");
  }

  /** As a fault of the host's memory: nobody marks the page. */
  @Test
  void aFaultOfTheHostsMemoryIsToldFromOthers() throws IOException {
    PhysicalMemory wrong = backup().machine.memory();
    PhysicalMemory.HOST.set(PhysicalMemory.LE64, wrong.hostOffset() + UNTOUCHED, 1L << 42);
    wrong.store64(UNTOUCHED + Long.BYTES, 0); // the guest writes to the page
    trio.runMillis(100);
    String alone = explained(fileOf("backup"), Optional.empty());
    assertSays(alone, "changed unseen", "the backup went wrong", "try the other's");
    assertSays(
        explained(fileOf("backup"), Optional.of(fileOf("primary"))),
        "at the last equal check, backup against primary: memory (1 page)",
        "memory 0x%x".formatted(UNTOUCHED),
        "0x0000040000000000 0x0000000000000000",
        "it agrees with the primary");
    assertSays(
        explained(fileOf("primary"), Optional.empty()),
        "it agrees with the primary; the backup went wrong");
  }

  @Test
  void whatTheGuestMakesOfADifferenceIsShownToo() throws IOException {
    flip(backup().machine, CountingGuest.TABLE);
    trio.runMillis(100);
    assertSays(
        explained(fileOf("backup"), Optional.empty()),
        "the backup went wrong",
        "memory 0x%x".formatted(CountingGuest.TABLE));
  }

  @Test
  void compiledCodeThatAgreesIsSaidToAgree() throws IOException {
    flip(backup().machine, UNTOUCHED);
    trio.runMillis(100);
    List<String> lines =
        DivergenceExplanation.of(fileOf("backup"), Optional.empty(), CompilerMode.EAGER);
    assertSays(String.join("\n", lines), "agrees with the interpreter all the way");
  }

  @Test
  void theFileIsARecordingThatReplays() throws IOException {
    flip(backup().machine, UNTOUCHED);
    trio.runMillis(100);
    RecordingReplay.Result result =
        RecordingReplay.run(fileOf("backup"), CompilerMode.OFF, position -> {});
    assertEquals(Optional.empty(), result.difference());
    assertEquals(1, result.hashesCompared());
    assertTrue(result.complete());
  }

  @Test
  void filesOfDifferentDivergencesAreNotCompared() throws IOException {
    flip(backup().machine, UNTOUCHED);
    trio.runMillis(100);
    Path first = fileOf("backup");
    assertThrows(IOException.class, () -> explained(first, Optional.of(first)));
  }

  @Test
  void manyDivergencesAreKeptInDifferentFilesOfWhichTheNewestStay() throws IOException {
    Trio.Node backup = backup();
    for (int i = 0; i < KeptDivergences.FILES_MAX; i++) {
      flip(backup.machine, UNTOUCHED);
      trio.runMillis(100);
      backup = trio.start();
      trio.runMillis(600);
      assertEquals(Role.BACKUP, backup.role());
    }
    assertEquals(2 * KeptDivergences.FILES_MAX, trio.files().stream().distinct().count());
    try (Stream<Path> left = Files.list(folder)) {
      assertEquals(KeptDivergences.FILES_MAX, left.count());
    }
    explained(trio.files().getLast(), Optional.empty());
  }

  @Test
  void aFileCutShortOrDamagedIsRefused() throws IOException {
    flip(backup().machine, UNTOUCHED);
    trio.runMillis(100);
    byte[] good = Files.readAllBytes(fileOf("backup"));
    Path bad = folder.resolve("bad");
    Random random = new Random(3);
    for (int i = 0; i < 60; i++) {
      Files.write(bad, Arrays.copyOf(good, random.nextInt(good.length)));
      assertThrows(IOException.class, () -> explained(bad, Optional.empty()));
      byte[] damaged = good.clone();
      damaged[damaged.length / 60 * i + random.nextInt(damaged.length / 60)] ^= 4;
      Files.write(bad, damaged);
      assertThrows(IOException.class, () -> explained(bad, Optional.empty()), "damage " + i);
    }
  }
}
