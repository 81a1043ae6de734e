package lockstep.tools.chaos;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.Callable;
import lockstep.tools.StateOption;
import lockstep.tools.cluster.StateDirectory;
import lockstep.tools.image.Guest;
import lockstep.tools.image.GuestImages;
import lockstep.tools.image.ImageException;
import lockstep.tools.image.Progress;
import lockstep.tools.redis.RedisErrorException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lockstep chaos pairs}: a fault to a fresh pair under load, again and again. */
@Command(
    name = "pairs",
    description = {
      "Does a fault to a fresh protected pair while a client counts in its Redis over one",
      "connection, again and again, and sums up what the client saw: lost writes, writes applied",
      "twice, resets, pauses. Uses processes and ports of its own, beside a running `up`."
    })
final class PairsCommand implements Callable<Integer> {
  @Mixin private StateOption state = new StateOption();

  @Option(
      names = "--faults",
      paramLabel = "COUNT",
      defaultValue = "10",
      description = "How many runs (default: ${DEFAULT-VALUE}).")
  private int faults;

  @Option(
      names = "--fault",
      paramLabel = "KIND",
      defaultValue = "kill-primary",
      description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Fault fault = Fault.KILL_PRIMARY;

  @Option(
      names = "--seed",
      paramLabel = "NUMBER",
      defaultValue = "1",
      description = "Of the moments at which faults happen (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--client-port",
      paramLabel = "PORT",
      defaultValue = "16379",
      description = "Where the client reaches the guest (default: ${DEFAULT-VALUE}).")
  private int clientPort;

  @Override
  public Integer call() throws IOException, InterruptedException, ImageException {
    StateDirectory directory = state.directory();
    Progress progress = Progress.onStandardError();
    Guest guest = GuestImages.ensureDefault(directory.guest(), progress);
    Path place = directory.root().resolve("pairs");
    SavedGuest saved = SavedGuest.ensure(place, guest, clientPort, progress);
    PairsReport report = new PairsReport();
    Random random = new Random(seed);
    for (int i = 1; i <= faults; i++) {
      report.add(runOnce(saved, place, i, random));
    }
    report.print(System.out, fault, seed);
    return report.allGood() ? 0 : 1;
  }

  private FaultRun.Outcome runOnce(SavedGuest saved, Path place, int number, Random random)
      throws IOException, InterruptedException {
    try {
      FaultRun.Outcome outcome = new FaultRun(saved, fault, clientPort, random).run();
      System.out.printf(
          "%3d of %d  %s  acknowledged %,d  pause %.0f ms%s%n",
          number,
          faults,
          outcome.good() ? "ok " : "BAD",
          outcome.client().acknowledged(),
          outcome.client().longestPauseNanos() / 1e6,
          outcome.good() ? "" : "  " + outcome);
      if (!outcome.good()) {
        System.out.println("             logs: " + saved.keepLogs(place.resolve("bad-" + number)));
      }
      return outcome;
    } catch (RedisErrorException e) {
      throw new IOException("Redis answers: " + e.getMessage(), e);
    }
  }
}
