package lockstep.tools.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Objects;
import lockstep.tools.Lockstep;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** What `up` is told reaches the keeper, and through it the VMMs. */
final class KeptStartTest {
  @Test
  void whatWasAskedForIsPassedOn() {
    assertEquals(List.of(), parsed().arguments());
    assertEquals(List.of("--alone"), parsed("--alone").arguments());
    assertEquals(List.of("--never-anew"), parsed("--never-anew").arguments());
  }

  @Test
  void theKeeperAndEveryVmmTakeWhatUpTakes() {
    CommandLine lockstep = Lockstep.commandLine();
    for (String option :
        List.of("--alone", "--never-anew", "--lag", "--transfer-rate", "--silence")) {
      for (String command : List.of("up", "keep", "vmm")) {
        boolean isTaken =
            Objects.requireNonNull(lockstep.getSubcommands().get(command))
                    .getCommandSpec()
                    .findOption(option)
                != null;
        assertTrue(isTaken, command + " " + option);
      }
    }
  }

  @Test
  void aloneAndNeverAnewAreTwoThings() {
    StringWriter err = new StringWriter();
    int status =
        Lockstep.commandLine()
            .setErr(new PrintWriter(err, true))
            .execute("up", "--alone", "--never-anew");
    assertEquals(Lockstep.EXIT_USAGE, status, err::toString);
  }

  private static KeptStart parsed(String... arguments) {
    return CommandLine.populateCommand(new KeptStart(), arguments);
  }
}
