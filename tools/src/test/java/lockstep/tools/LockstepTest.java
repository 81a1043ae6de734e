package lockstep.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import lockstep.tools.image.HostLacksException;
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
  void aHostThatLacksSomethingIsToldApartFromFailure() {
    CommandLine commandLine = Lockstep.commandLine().addSubcommand("make", new Lacking());
    int status = commandLine.setErr(new PrintWriter(err, true)).execute("make");
    assertEquals(Lockstep.EXIT_HOST_LACKS, status);
    assertEquals("lockstep: this host lacks mke2fs%n".formatted(), err.toString());
  }

  @CommandLine.Command(name = "make")
  private static final class Lacking implements Callable<Integer> {
    @Override
    public Integer call() throws HostLacksException {
      throw new HostLacksException("this host lacks mke2fs");
    }
  }

  @Test
  void aGuestIsExportedFromWhereExportIsTold() {
    int status = run("image", "export", "--state", state.toString(), "guest.tar.gz");
    assertEquals(Lockstep.EXIT_FAILED, status);
    assertTrue(err.toString().contains(state.resolve("guest").toString()), err.toString());
    assertEquals(
        Lockstep.EXIT_FAILED,
        run("image", "export", "--guest", state.resolve("mine").toString(), "guest.tar.gz"));
    assertTrue(err.toString().contains(state.resolve("mine").toString()), err.toString());
  }

  @Test
  void everyCommandTakesAStateDirectoryOrSaysWhyNot() {
    everyCommandTakesAStateDirectoryOrSaysWhyNot(Lockstep.commandLine());
  }

  private static void everyCommandTakesAStateDirectoryOrSaysWhyNot(CommandLine parent) {
    for (CommandLine command : parent.getSubcommands().values()) {
      if (command.getUsageMessage().contains("Takes no --state: ")) {
        continue; // nor do its own subcommands
      }
      assertNotNull(command.getCommandSpec().findOption("--state"), command.getCommandName());
      everyCommandTakesAStateDirectoryOrSaysWhyNot(command);
    }
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
    assertTrue(
        out.toString().matches("lockstep \\S+ \\(machine version \\d+\\)\\R"), out.toString());
  }

  private int run(String... arguments) {
    return Lockstep.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }
}
