package lockstep.tools.command;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import lockstep.ft.definition.VmDefinition;
import lockstep.tools.StateOption;
import lockstep.tools.cluster.Cluster;
import lockstep.tools.cluster.ClusterSettings;
import lockstep.tools.cluster.DefinedVm;
import lockstep.tools.cluster.GuestReady;
import lockstep.tools.cluster.Lease;
import lockstep.tools.cluster.ReplicaView;
import lockstep.tools.cluster.StateDirectory;
import lockstep.tools.cluster.VmSetup;
import lockstep.tools.image.Guest;
import lockstep.tools.image.GuestImages;
import lockstep.tools.image.ImageException;
import lockstep.tools.image.Progress;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lockstep up}: everything on one machine. */
@Command(
    name = "up",
    description =
        "Starts a protected guest on this machine: makes the guest if there is none, then starts"
            + " disk server, client proxy and three VMMs (a primary, its backup, a spare) as"
            + " processes of their own, and a keeper that starts again whichever dies. What runs"
            + " already is left alone, with the options that it was started with. Everything is"
            + " kept in the state directory; a later start takes seconds.")
public final class UpCommand implements Callable<Integer> {
  private static final Duration READY_TIMEOUT = Duration.ofMinutes(5);
  private static final Duration PROXY_PATIENCE = Duration.ofSeconds(10);

  @Mixin private StateOption state = new StateOption();

  @Option(
      names = "--guest",
      paramLabel = "PATH",
      description =
          "A guest made by `lockstep image`, as a directory or an exported file; taken when the VM"
              + " is first made.")
  private @Nullable Path guestPath;

  @Option(
      names = "--publish",
      paramLabel = "PORT:GUEST_PORT",
      description =
          "Clients reach the guest's port at this one (default: the same number). May change as"
              + " long as the VM is down.")
  private List<String> publish = List.of();

  @Option(
      names = "--memory",
      paramLabel = "MIB",
      defaultValue = "0",
      description =
          "Guest RAM (default: as the guest needs). May change as long as the VM is down.")
  private long memoryMebibytes;

  @ArgGroup private KeptStart start = new KeptStart();

  @Mixin private ProtectionOptions protection = new ProtectionOptions();

  @Option(
      names = "--mirror",
      paramLabel = "URL",
      description =
          "The Debian mirror, where a guest is made (default: the one of this host's apt sources).")
  private Optional<String> mirror = Optional.empty();

  @Override
  public Integer call() throws IOException, ImageException {
    StateDirectory directory = state.directory();
    directory.create();
    Progress progress = Progress.onStandardError();
    ClusterSettings settings = ClusterSettings.loadOrChoose(directory, "guest");
    try (Cluster cluster = new Cluster(directory, settings)) {
      Optional<DefinedVm> known = DefinedVm.load(directory);
      VmDefinition definition =
          known.isPresent()
              ? again(cluster, known.get(), progress)
              : first(cluster, progress).definition();
      step(progress, "starting the client proxy", cluster::startClientProxy);
      boolean fresh = startReplicas(cluster, progress);
      if (fresh) {
        GuestReady.await(cluster, READY_TIMEOUT, progress);
      }
      System.out.print(
          UpText.of(
              cluster.backup().isPresent(), directory.root(), definition.network().published()));
      return 0;
    }
  }

  /** Makes or takes a guest and puts it onto the disk server. */
  private DefinedVm first(Cluster cluster, Progress progress) throws IOException, ImageException {
    StateDirectory directory = cluster.state();
    Map<Integer, Integer> published = Published.parse(publish);
    Optional<Guest> present =
        guestPath == null ? Guest.open(directory.guest()) : Optional.<Guest>empty();
    if (guestPath == null && present.isEmpty()) {
      // Making the default guest takes minutes: look before.
      Published.requireFree(DefinedVm.published(GuestImages.defaultPorts(), published));
    }
    Guest guest =
        guestPath == null
            ? GuestImages.ensureDefault(directory.guest(), mirror, progress)
            : GuestImages.open(guestPath, directory.guest(), progress);
    VmDefinition definition =
        VmSetup.definition(cluster.settings().vm(), guest, published, memoryMebibytes << 20);
    Published.requireFree(definition.network().published());
    step(progress, "starting the disk server", cluster::startDiskServer);
    VmSetup.of(cluster).define(definition, guest, progress);
    DefinedVm defined = new DefinedVm(guest.description(), definition);
    defined.store(directory);
    return defined;
  }

  /** Starts the disk server with what it has, defined anew where ports or memory are to change. */
  private VmDefinition again(Cluster cluster, DefinedVm known, Progress progress)
      throws IOException, ImageException {
    DefinitionPlan plan =
        DefinitionPlan.of(
            known,
            guestPath == null ? Optional.empty() : Optional.of(GuestImages.describe(guestPath)),
            Published.parse(publish),
            memoryMebibytes << 20,
            anyVmmRuns(cluster));
    if (plan instanceof DefinitionPlan.Redefine) {
      // Its ports are those of the old definition.
      cluster.clientProxy().stop(PROXY_PATIENCE);
    }
    if (cluster.clientProxy().running().isEmpty()) {
      Published.requireFree(plan.vm().definition().network().published());
    }
    step(progress, "starting the disk server", cluster::startDiskServer);
    switch (plan) {
      case DefinitionPlan.Keep _ -> tellOfAnotherGuest(cluster.state(), known);
      case DefinitionPlan.Redefine(DefinedVm vm) -> {
        if (!Lease.awaitEnd(cluster, progress)) {
          throw new IOException("a VMM that was not started here runs this guest");
        }
        DefinedVm resized = vm.withDisksOf(Published.definition(cluster));
        VmSetup.of(cluster).redefineAbandoned(resized.definition());
        resized.store(cluster.state());
      }
    }
    return Published.definition(cluster);
  }

  private static boolean anyVmmRuns(Cluster cluster) throws IOException {
    for (ReplicaView view : cluster.replicas()) {
      if (view.running().isPresent()) {
        return true;
      }
    }
    return false;
  }

  /** `lockstep image` may have put a new guest beside a VM that keeps its disk. */
  private static void tellOfAnotherGuest(StateDirectory directory, DefinedVm known)
      throws IOException, ImageException {
    Optional<Guest> present = Guest.open(directory.guest());
    if (present.isPresent() && !present.get().description().isSameGuest(known.guest())) {
      System.out.printf(
          "%s holds another guest than the VM was made of; the VM keeps its own.%n"
              + "A VM of the new one: lockstep up --guest %s --state ANOTHER%n",
          directory.guest(), directory.guest());
    }
  }

  /** Lets the keeper start what is missing; true if the guest starts with it. */
  private boolean startReplicas(Cluster cluster, Progress progress) throws IOException {
    Optional<ReplicaView> live = cluster.live();
    List<String> vmmOptions = new ArrayList<>(start.arguments());
    vmmOptions.addAll(protection.arguments());
    step(
        progress,
        start.alone() ? "starting a VMM" : "starting the VMMs",
        () -> cluster.startKeeper(vmmOptions));
    return live.isEmpty() || live.get().hasRole("LIVE_WAITING");
  }

  private interface Action {
    void run() throws IOException;
  }

  private static void step(Progress progress, String title, Action action) throws IOException {
    try (Progress.Step _ = progress.step(title)) {
      action.run();
    }
  }
}
