package lockstep.tools.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import lockstep.tools.BadValueException;
import lockstep.tools.StateOption;
import lockstep.tools.image.Guest;
import lockstep.tools.image.GuestImages;
import lockstep.tools.image.ImageException;
import lockstep.tools.image.Progress;
import lockstep.tools.redis.RedisErrorException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lockstep chaos}: one guest, fault after fault. */
@Command(
    name = "chaos",
    description = {
      "Keeps one guest and does faults of all kinds to it, each once it is protected again, while",
      "clients read and write: first deaths of the proxy, which cost connections, and double failures,",
      "which cost the running guest but nothing that Redis has synced; then single failures: kills,",
      "stops, wires between the servers that are cut or held, and what an operator may ask for: pauses,",
      "and exchanges of roles. Sums up pauses by kind, connections",
      "and writes lost, whether what the clients saw is linearizable, whether two VMMs were live at",
      "once, and whether disk and memory agree; draws roles and pauses over time. Exits with 0 only if",
      "all faults were done and all of that is as it must be, as the last line says.",
      "",
      "Uses processes and ports of its own, beside a running `up`."
    },
    subcommands = PairsCommand.class)
public final class ChaosCommand implements Callable<Integer> {
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
      description = {
        "No more single failures after that long; if not all are done then, not all has held",
        "(default: ${DEFAULT-VALUE})."
      })
  private int minutes;

  @Option(
      names = "--singles",
      paramLabel = "KIND",
      split = ",",
      description = {
        "Kinds of single failures to do, by commas (default: all of them):",
        "${COMPLETION-CANDIDATES}."
      })
  private Set<StormFault> singles = StormFault.of(StormFault.Cost.PAUSE);

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
      description = {
        "Where roles and pauses over time are drawn, as SVG",
        "(default: chaos.svg in the state directory)."
      })
  private Optional<Path> picture = Optional.empty();

  @Override
  public Integer call() throws IOException, InterruptedException, ImageException {
    Storm.Plan plan = plan();
    Path e2fsck = DiskAgreement.e2fsck();
    Progress progress = Progress.onStandardError();
    Guest guest = GuestImages.ensureDefault(state.directory().guest(), progress);
    Path place = state.directory().root().resolve("chaos");
    Path drawing = picture.orElse(state.directory().root().resolve("chaos.svg"));
    Files.writeString(drawing, StormPicture.of(List.of(), List.of())); // or else fail now
    try (StormGuest storm = StormGuest.boot(place, clientPort, guest, progress);
        RoleWatch roles = RoleWatch.start(storm)) {
      return run(plan, storm, roles, e2fsck, drawing, progress) ? 0 : 1;
    } catch (RedisErrorException e) {
      throw new IOException("Redis answers: " + e.getMessage(), e);
    }
  }

  private Storm.Plan plan() throws BadValueException {
    int proxy = proxyDeaths < 0 ? faults / SINGLES_PER_PROXY_DEATH : proxyDeaths;
    if (!StormFault.of(StormFault.Cost.PAUSE).containsAll(singles)) {
      throw new BadValueException("--singles has kinds that cost more than a pause");
    }
    int twice = doubles < 0 ? faults / SINGLES_PER_DOUBLE : doubles;
    if (proxy + twice > faults) {
      throw new BadValueException(
          "%d deaths of the proxy and %d double failures are more than %d faults"
              .formatted(proxy, twice, faults));
    }
    return new Storm.Plan(faults - proxy - twice, proxy, twice, Duration.ofMinutes(minutes));
  }

  private boolean run(
      Storm.Plan plan,
      StormGuest guest,
      RoleWatch roles,
      Path e2fsck,
      Path drawing,
      Progress progress)
      throws IOException, InterruptedException, RedisErrorException {
    Storm storm =
        new Storm(
            guest,
            clients,
            singles,
            seed,
            survived -> System.out.println(StormReport.line(survived, plan.sum())));
    try {
      Storm.Outcome outcome = storm.run(plan, roles);
      DiskAgreement.Found disk = DiskAgreement.check(guest, storm.keys(), e2fsck, progress);
      StormReport.print(System.out, storm.survived(), outcome, disk);
      draw(storm, roles, drawing);
      Verdict verdict = Verdict.of(plan, storm.survived().size(), outcome, disk);
      System.out.println(verdict.line(seed));
      return verdict.allHeld();
    } catch (IOException e) {
      StormReport.printPauses(System.out, storm.survived());
      draw(storm, roles, drawing);
      System.out.println(Verdict.ofEnd(plan, storm.survived().size(), e).line(seed));
      throw e;
    }
  }

  private static void draw(Storm storm, RoleWatch roles, Path file) throws IOException {
    Files.writeString(file, StormPicture.of(roles.spans(), storm.survived()));
    System.out.printf("picture                   %s%n%n", file);
  }
}
