package lockstep.vmm.machine.board;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import lockstep.vmm.compiler.CompilerMode;
import lockstep.vmm.machine.Machine;
import lockstep.vmm.machine.boot.BootException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real guest's machine is a function of its inputs, and its saved state is all of it. */
@Tag("guest")
final class GuestReplayTest {
  private static final long CHECK_STEPS = 25_000_000L;

  /** {@code -Dlockstep.steps=N} sets how far behind the last save the hashes must be equal. */
  private static final long STEPS_BEHIND = Long.getLong("lockstep.steps", 1_000_000_000L);

  /**
   * Fills memory until the page cache must give pages up all the time, then reads files for ever.
   */
  private static final String PRESSURE =
      "available() { grep MemAvailable /proc/meminfo | tr -dc 0-9; }; n=0;"
          + " while [ $(available) -gt 14000 ]; do n=$((n+1));"
          + " dd if=/dev/zero of=/tmp/fill$n bs=1M count=2 2>/dev/null; done; echo full-$((6 * 7));"
          + " while :; do cat /usr/bin/* /usr/lib/*/* >/dev/null 2>&1;"
          + " echo took $(grep -E '^pgsteal_(kswapd|direct) ' /proc/vmstat); done\n";

  private static final int SAVES = 3;

  /** Everything compiled at once takes the JVM minutes for more. */
  private static final int CHECKS_EAGER = 1;

  @TempDir private Path folder;

  @Test
  void aRecordedBootReplaysToEqualHashesHoweverItIsCut() throws BootException {
    BoardHarness guest = new BoardHarness(GuestFiles.find());
    guest.powerOn();
    for (int i = 1; i <= 20; i++) {
      guest.runTo(i * CHECK_STEPS);
      guest.check();
    }
    assertEquals(20, new Replay(guest.sibling(), 0, 1, 50_000_000L).play(guest.recorded()));
    assertEquals(20, new Replay(guest.sibling(), 0, 2, 3_000L).play(guest.recorded()));
  }

  @Test
  void aRecordedBootReplaysToEqualHashesWhateverIsCompiled() throws BootException {
    BoardHarness guest = new BoardHarness(GuestFiles.find());
    guest.powerOn();
    for (int i = 1; i <= 20; i++) {
      guest.runTo(i * CHECK_STEPS);
      guest.check();
    }
    for (CompilerMode mode : CompilerMode.values()) {
      int checks = mode == CompilerMode.EAGER ? CHECKS_EAGER : 20;
      Replay replay = new Replay(guest.sibling(mode), 0, 4, 5_000_000L);
      assertEquals(checks, replay.play(upToCheck(checks, guest.recorded())), mode.name());
    }
  }

  private static List<BoardHarness.Event> upToCheck(int number, List<BoardHarness.Event> events) {
    int checks = 0;
    for (int i = 0; i < events.size(); i++) {
      checks += events.get(i) instanceof BoardHarness.Event.Check ? 1 : 0;
      if (checks == number) {
        return events.subList(0, i + 1);
      }
    }
    throw new IllegalArgumentException("there are only " + checks + " checks");
  }

  @Test
  @Tag("slow")
  void aStateSavedUnderMemoryPressureGoesOnAsTheSavedOneDid() throws IOException, BootException {
    BoardHarness guest = new BoardHarness(GuestFiles.find());
    guest.powerOn();
    guest.runUntil(GuestBootTest.READY, GuestBootTest.BOOT_STEPS_MAX);
    GuestShell.open(guest);
    guest.type(PRESSURE);
    guest.runUntil("full-42", GuestBootTest.BOOT_STEPS_MAX);
    guest.runUntil("took pgsteal", GuestBootTest.BOOT_STEPS_MAX);

    Random positions = new Random(7);
    List<Saved> saves = new ArrayList<>();
    for (int i = 0; i < SAVES; i++) {
      guest.runTo(guest.machine().position() + 1 + positions.nextLong(100_000_000L));
      saves.add(save(guest, folder.resolve("state" + i)));
    }
    long end = guest.machine().position() + STEPS_BEHIND;
    while (guest.machine().position() < end) {
      guest.runTo(Math.min(end, guest.machine().position() + CHECK_STEPS));
      guest.check();
    }
    System.out.println(lastLine(guest.console()));
    for (Saved saved : saves) {
      Machine restored = guest.sibling();
      try (InputStream in = new BufferedInputStream(Files.newInputStream(saved.file()))) {
        restored.restore(in);
      }
      List<BoardHarness.Event> rest =
          guest.recorded().subList(saved.events(), guest.recorded().size());
      int outputsBefore = ((BoardHarness.Event.Check) rest.getFirst()).outputs();
      new Replay(restored, outputsBefore, 3, 10_000_000L).play(rest);
    }
  }

  private static String lastLine(String console) {
    int at = console.lastIndexOf("took pgsteal");
    return console.substring(at, console.indexOf('\n', at) + 1);
  }

  /** A saved state, and how many events lay before it. */
  private record Saved(Path file, int events) {}

  private static Saved save(BoardHarness guest, Path file) throws IOException {
    try (OutputStream out = Files.newOutputStream(file)) {
      guest.machine().save(out);
    }
    guest.check();
    return new Saved(file, guest.recorded().size() - 1);
  }
}
