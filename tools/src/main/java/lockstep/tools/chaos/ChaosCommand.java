package lockstep.tools.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import lockstep.tools.BadValueException;
import lockstep.tools.StateOption;
import lockstep.tools.chaos.network.StormNetwork;
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
      "Keeps one guest and does faults of all kinds to it, each once it is protected again, while"
          + " clients read and write: first deaths of the proxy, which cost connections, and"
          + " double failures, which cost the running guest but nothing that Redis has synced, as is"
          + " read before anything is written again;"
          + " then single failures: kills, stops, wires between the servers that are cut or held,"
          + " and what an operator may ask for: pauses, and switches of roles. Sums up pauses by"
          + " kind, connections and writes lost, whether what the clients saw is linearizable,"
          + " whether two VMMs were live at once, how servers have ended, whether states differed,"
          + " and whether disk and memory agree; draws roles"
          + " and pauses over time. Exits with 0 only if all faults were done and all of that is"
          + " as it must be, as the last line says. After every ten faults a line says what has"
          + " come of it so far. Ended before its time (Ctrl-C, SIGTERM, a guest that does not get"
          + " over a fault), it lets the fault under way be the last, and sums up all the same.",
      "",
      "Uses processes and ports of its own, beside a running `up`."
    },
    subcommands = PairsCommand.class)
public final class ChaosCommand implements Callable<Integer> {
  private static final int SINGLES_PER_PROXY_DEATH = 20;
  private static final int SINGLES_PER_DOUBLE = 40;
  private static final int FAULTS_PER_SUM = 10;

  /** A fault that is under way when the storm is ended, and the checks behind it. */
  private static final Duration ENDS_WITHIN = Duration.ofMinutes(10);

  /** Once nothing is held, cut or stopped any more. */
  private static final Duration MENDED_WITHIN = Duration.ofMinutes(1);

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
        "No more faults after that long; if not all are done then, not all has held",
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
      names = "--pace",
      paramLabel = "MILLIS",
      defaultValue = "10",
      description = {
        "How long each of them waits after an answer before it asks again; with 0 they and the guest",
        "take all of a small host, and what is measured is how it is shared (default: ${DEFAULT-VALUE})."
      })
  private long paceMillis;

  @Option(
      names = "--seed",
      paramLabel = "NUMBER",
      defaultValue = "1",
      description = "Of the faults and their moments (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--network",
      paramLabel = "KIND",
      defaultValue = "auto",
      description = {
        "How connections between servers are held and cut: namespaces (each server in a network",
        "namespace of its own, and the kernel loses packets; needs root, iproute2 and nsenter),",
        "relays (on loopback, bytes are kept back), or auto: namespaces where they can be made",
        "(default: ${DEFAULT-VALUE})."
      })
  private StormNetwork.Kind network = StormNetwork.Kind.AUTO;

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

  /** Ends before its time what is being done; for any thread. */
  private volatile Runnable end = () -> {};

  @Override
  public Integer call() throws IOException, InterruptedException, ImageException {
    Storm.Plan plan = plan();
    Path e2fsck = DiskAgreement.e2fsck();
    Progress progress = Progress.onStandardError();
    Guest image = GuestImages.ensureDefault(state.directory().guest(), progress);
    Path place = state.directory().root().resolve("chaos");
    Path drawing = picture.orElse(state.directory().root().resolve("chaos.svg"));
    Files.writeString(drawing, StormPicture.of(List.of(), List.of())); // or else fail now
    CountDownLatch over = new CountDownLatch(1);
    end = Thread.currentThread()::interrupt;
    endOnSignal(over);
    try (StormGuest guest = StormGuest.boot(place, clientPort, network, image, progress);
        RoleWatch roles = RoleWatch.start(guest)) {
      Storm storm = new Storm(guest, clients, Duration.ofMillis(paceMillis), singles, seed);
      end = storm::end;
      return run(plan, storm, guest, roles, e2fsck, drawing, progress) ? 0 : 1;
    } finally {
      over.countDown();
    }
  }

  /**
   * Ctrl-C or SIGTERM lets the fault under way be the last; what was seen is summed up then. While
   * the guest boots there is nothing to sum up, but servers are there that have to be ended.
   */
  private void endOnSignal(CountDownLatch over) {
    Thread thread =
        Thread.ofPlatform()
            .name("end")
            .unstarted(
                () -> {
                  if (over.getCount() > 0) {
                    end.run();
                  }
                  try {
                    var _ = over.await(ENDS_WITHIN.toSeconds(), TimeUnit.SECONDS);
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                });
    Runtime.getRuntime().addShutdownHook(thread);
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
      Storm storm,
      StormGuest guest,
      RoleWatch roles,
      Path e2fsck,
      Path drawing,
      Progress progress)
      throws IOException, InterruptedException {
    Storm.Outcome outcome =
        storm.run(
            plan,
            roles,
            survived -> {
              System.out.println(StormReport.line(survived, plan.sum()));
              if (survived.number() % FAULTS_PER_SUM == 0) {
                int done = survived.number();
                System.out.println(
                    StormReport.soFar(done, plan.sum(), storm.soFar(roles), guest.findings()));
              }
            });
    DiskAgreement.Found disk = agreement(storm, guest, outcome, e2fsck, progress);
    ServerFindings servers = guest.findings();
    StormReport.print(System.out, guest.networkText(), storm.survived(), outcome, servers, disk);
    draw(storm, roles, drawing);
    Verdict verdict = Verdict.of(plan, storm.survived().size(), outcome, servers, disk);
    System.out.println(verdict.line(seed));
    return verdict.allHeld();
  }

  /** Of a guest that is not as it should be, too: as far as that can be. */
  private static DiskAgreement.Found agreement(
      Storm storm, StormGuest guest, Storm.Outcome outcome, Path e2fsck, Progress progress)
      throws InterruptedException {
    try {
      if (outcome.ended().isPresent()) {
        guest.mend();
        var _ = guest.awaitProtected(MENDED_WITHIN);
      }
      return DiskAgreement.check(guest, storm.keys(), e2fsck, progress);
    } catch (IOException | RedisErrorException e) {
      return DiskAgreement.Found.nothing(String.valueOf(e.getMessage()));
    }
  }

  private static void draw(Storm storm, RoleWatch roles, Path file) throws IOException {
    Files.writeString(file, StormPicture.of(roles.spans(), storm.survived()));
    System.out.printf("picture                   %s%n%n", file);
  }
}
