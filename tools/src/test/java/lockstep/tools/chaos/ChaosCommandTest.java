package lockstep.tools.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Objects;
import lockstep.tools.Lockstep;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

final class ChaosCommandTest {
  private final CommandLine lockstep = Lockstep.commandLine();

  private static CommandLine subcommand(CommandLine of, String name) {
    return Objects.requireNonNull(of.getSubcommands().get(name), name);
  }

  @Test
  void chaosIsTheStormAndPairsAreOfTheirOwn() {
    CommandLine chaos = subcommand(lockstep, "chaos");
    for (String option : new String[] {"--faults", "--seed", "--minutes", "--picture"}) {
      assertNotNull(chaos.getCommandSpec().findOption(option), option);
    }
    for (String option : new String[] {"--faults", "--fault", "--seed", "--client-port"}) {
      assertNotNull(subcommand(chaos, "pairs").getCommandSpec().findOption(option), option);
    }
  }

  @Test
  void morePartsThanTheWholeAreWrongUsage() {
    StringWriter err = new StringWriter();
    int status =
        lockstep
            .setErr(new PrintWriter(err, true))
            .execute("chaos", "--faults", "3", "--proxy-deaths", "2", "--doubles", "2");
    assertEquals(Lockstep.EXIT_USAGE, status);
    assertTrue(err.toString().contains("are more than 3 faults"), err.toString());
  }

  @Test
  void aDoubleFailureIsNoSingleOne() {
    StringWriter err = new StringWriter();
    int status =
        lockstep
            .setErr(new PrintWriter(err, true))
            .execute("chaos", "--singles", "switch,kill-pair");
    assertEquals(Lockstep.EXIT_USAGE, status);
    assertTrue(err.toString().contains("cost more than a pause"), err.toString());
  }
}
