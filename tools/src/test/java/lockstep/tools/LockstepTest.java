package lockstep.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

final class LockstepTest {
  @TempDir private Path state = Path.of("");
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void aCommandThatFailsSaysSoInOneLine() {
    int status = run("image", "--state", state.toString(), "export", "guest.tar.gz");
    assertEquals(Lockstep.EXIT_FAILED, status);
    assertEquals(
        "lockstep: no guest in %s; make one with `lockstep image`%n"
            .formatted(state.resolve("guest")),
        err.toString());
  }

  @Test
  void wrongUsageIsToldApartFromFailure() {
    assertEquals(Lockstep.EXIT_USAGE, run("image", "--size", "large"));
    assertEquals("lockstep: --size: not a size like 192M: large%n".formatted(), err.toString());
    assertEquals(Lockstep.EXIT_USAGE, run("imagine"));
    assertEquals(Lockstep.EXIT_USAGE, run());
  }

  @Test
  void everyCommandHasHelp() {
    for (CommandLine command : Lockstep.commandLine().getSubcommands().values()) {
      assertEquals(0, run(command.getCommandName(), "--help"));
    }
    assertTrue(out.toString().contains("--state"), out.toString());
  }

  @Test
  void tellsItsVersion() {
    assertEquals(0, run("--version"));
    assertEquals(Lockstep.VERSION + System.lineSeparator(), out.toString());
  }

  private int run(String... arguments) {
    return Lockstep.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }
}
