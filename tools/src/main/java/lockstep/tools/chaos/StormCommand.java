package lockstep.tools.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import lockstep.tools.StateOption;
import lockstep.tools.image.Guest;
import lockstep.tools.image.GuestImages;
import lockstep.tools.image.ImageException;
import lockstep.tools.image.Progress;
import lockstep.tools.redis.RedisErrorException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lockstep chaos storm}: one guest, fault after fault. */
@Command(
    name = "storm",
    description = {
      "Keeps one guest and does faults of all kinds to it, each once it is protected again, while",
      "clients read and write: first deaths of the proxy, which cost connections, and double failures,",
      "which cost the running guest but nothing that Redis has synced; then single failures: kills,",
      "stops, and wires between the servers that are cut or held. Sums up pauses by kind, connections",
      "and writes lost, whether what the clients saw is linearizable, and whether disk and memory agree."
    })
final class StormCommand implements Callable<Integer> {
  private static final int SINGLES_PER_PROXY_DEATH = 20;
  private static final int SINGLES_PER_DOUBLE = 40;

  @Mixin private StateOption state = new StateOption();

  @Option(
      names = "--faults",
      paramLabel = "COUNT",
      defaultValue = "20",
      description = "How many in all (default: ${DEFAULT-VALUE}).")
  private int faults;

  @Option(
      names = "--proxy-deaths",
      paramLabel = "COUNT",
      defaultValue = "-1",
      description = "How many of these kill the proxy (default: one in 20).")
  private int proxyDeaths;

  @Option(
      names = "--doubles",
      paramLabel = "COUNT",
      defaultValue = "-1",
      description = "How many of these are double failures (default: one in 40).")
  private int doubles;

  @Option(
      names = "--minutes",
      paramLabel = "COUNT",
      defaultValue = "600",
      description = "No more single failures after that long (default: ${DEFAULT-VALUE}).")
  private int minutes;

  @Option(
      names = "--clients",
      paramLabel = "COUNT",
      defaultValue = "4",
      description = "How many clients beside the one that counts (default: ${DEFAULT-VALUE}).")
  private int clients;

  @Option(
      names = "--seed",
      paramLabel = "NUMBER",
      defaultValue = "1",
      description = "Of the faults and their moments (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--client-port",
      paramLabel = "PORT",
      defaultValue = "16380",
      description = "Where clients reach the guest (default: ${DEFAULT-VALUE}).")
  private int clientPort;

  @Option(
      names = "--picture",
      paramLabel = "FILE",
      description = "Draw roles and pauses over time into it, as SVG.")
  private @Nullable Path picture;

  @Override
  public Integer call() throws IOException, InterruptedException, ImageException {
    Storm.Plan plan = plan();
    Progress progress = Progress.onStandardError();
    Guest guest = GuestImages.ensureDefault(state.directory().guest(), progress);
    Path place = state.directory().root().resolve("storm");
    try (StormGuest storm = StormGuest.boot(place, clientPort, guest, progress);
        RoleWatch roles = RoleWatch.start(storm.cluster())) {
      return run(plan, storm, roles, progress) ? 0 : 1;
    } catch (RedisErrorException e) {
      throw new IOException("Redis answers: " + e.getMessage(), e);
    }
  }

  private Storm.Plan plan() throws IOException {
    int proxy = proxyDeaths < 0 ? faults / SINGLES_PER_PROXY_DEATH : proxyDeaths;
    int twice = doubles < 0 ? faults / SINGLES_PER_DOUBLE : doubles;
    if (proxy + twice > faults) {
      throw new IOException(
          "%d deaths of the proxy and %d double failures are more than %d faults"
              .formatted(proxy, twice, faults));
    }
    return new Storm.Plan(faults - proxy - twice, proxy, twice, Duration.ofMinutes(minutes));
  }

  private boolean run(Storm.Plan plan, StormGuest guest, RoleWatch roles, Progress progress)
      throws IOException, InterruptedException, RedisErrorException {
    Storm storm =
        new Storm(
            guest,
            clients,
            seed,
            survived -> System.out.println(StormReport.line(survived, plan.sum())));
    try {
      Storm.Outcome outcome = storm.run(plan, roles);
      DiskAgreement.Found disk = DiskAgreement.check(guest, storm.keys(), progress);
      StormReport.print(System.out, storm.survived(), outcome, disk, seed);
      return outcome.good() && disk.good();
    } catch (IOException e) {
      StormReport.printPauses(System.out, storm.survived());
      throw e;
    } finally {
      if (picture != null) {
        Files.writeString(picture, StormPicture.of(roles.spans(), storm.survived()));
      }
    }
  }
}
