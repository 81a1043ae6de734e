package lockstep.vmm.replica;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import lockstep.ft.arbiter.ReplicaId;
import lockstep.ft.core.Divergence;
import lockstep.ft.core.Role;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Evidence is worth much, but not the guest that is live. */
@Timeout(60)
final class KeptDivergencesTest {
  private static final ReplicaId SELF = new ReplicaId(1, 2);
  private static final byte[] CHUNK = new byte[1 << 20];
  private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

  @TempDir private Path folder;

  private static Divergence divergence() {
    return new Divergence(
        Role.PRIMARY,
        7,
        1,
        100,
        "differs",
        Optional.empty(),
        Optional.empty(),
        List.of(),
        Optional.empty());
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> found = Files.list(folder)) {
      return found.toList();
    }
  }

  private static void awaitFailure(CompletableFuture<Path> file, String why) {
    String told =
        assertThrows(ExecutionException.class, () -> file.get(50, TimeUnit.SECONDS)).toString();
    assertTrue(told.contains(why), told);
  }

  @Test
  void aFileIsWholeWhenItHasItsName() throws Exception {
    byte[] content = new byte[3_000_000];
    new Random(1).nextBytes(content);
    Path file =
        new KeptDivergences(folder, "toy")
            .keep(divergence(), SELF, MINUTE, out -> out.write(content))
            .get();
    assertArrayEquals(content, Files.readAllBytes(file));
    assertEquals(List.of(file), files());
  }

  @Test
  void whatTakesTooLongIsLeft() throws Exception {
    KeptDivergences kept = new KeptDivergences(folder, "toy");
    awaitFailure(
        kept.keep(
            divergence(),
            SELF,
            TimeUnit.MILLISECONDS.toNanos(50),
            out -> {
              while (true) {
                out.write(CHUNK);
              }
            }),
        "takes too long");
    while (!files().isEmpty()) {
      Thread.sleep(5); // what was written is deleted
    }
  }

  @Test
  void aDiskThatHangsHoldsNobody() throws IOException {
    CountDownLatch never = new CountDownLatch(1);
    BackgroundFile file =
        BackgroundFile.begin(
            folder.resolve("file"),
            () -> {
              while (never.getCount() > 0) {
                Thread.onSpinWait();
                Thread.yield();
              }
            },
            TimeUnit.MILLISECONDS.toNanos(50));
    IOException left =
        assertThrows(
            IOException.class,
            () -> {
              while (true) {
                file.write(CHUNK);
              }
            });
    assertEquals("writing takes too long", left.getMessage());
    never.countDown();
  }

  @Test
  void anyExceptionIsToldInsteadOfThrown() throws IOException {
    KeptDivergences kept = new KeptDivergences(folder, "toy");
    awaitFailure(
        kept.keep(
            divergence(),
            SELF,
            MINUTE,
            _ -> {
              throw new IllegalStateException("a bug");
            }),
        "a bug");
  }

  @Test
  void whereNothingCanBeWrittenNothingIsKept() throws IOException {
    Path noFolder = Files.createFile(folder.resolve("file")).resolve("kept");
    KeptDivergences kept = new KeptDivergences(noFolder, "toy");
    awaitFailure(
        kept.keep(
            divergence(),
            SELF,
            MINUTE,
            out -> {
              for (int i = 0; i < 100; i++) {
                out.write(CHUNK);
              }
            }),
        "");
    assertEquals(1, files().size());
  }
}
