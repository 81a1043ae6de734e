package lockstep.tools.image;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import lockstep.tools.StateOption;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lockstep image}: makes a guest, exports it, imports it. */
@Command(
    name = "image",
    description = {
      "Make a guest: kernel, initramfs and root disk from Debian packages for riscv64.",
      "Needs no root and no emulation. The default guest runs Redis on port 6379."
    },
    footer = {
      "",
      "A guest with another service:",
      "  lockstep image --package nginx-light --publish 80 \\",
      "    --service 'nginx -g \"daemon off;\"'",
      "Maintainer scripts do not run and the service runs as root: it is a machine for one service."
    },
    subcommands = {ImageCommand.Export.class, ImageCommand.Import.class})
public final class ImageCommand implements Callable<Integer> {
  private static final Pattern SIZE = Pattern.compile("(\\d{1,9})([KMGT])");

  @Mixin private StateOption state = new StateOption();

  @Option(
      names = "--output",
      paramLabel = "DIR",
      description = "Where the guest goes (default: guest/ of the state directory).")
  private Optional<Path> output = Optional.empty();

  @Option(
      names = "--package",
      paramLabel = "NAME",
      description = "A package to install with its dependencies; may be repeated.")
  private List<String> packages = new ArrayList<>();

  @Option(
      names = "--service",
      paramLabel = "COMMAND",
      description =
          "The shell command that the guest runs in the foreground and starts again when it ends."
              + " Without it: Redis.")
  private Optional<String> service = Optional.empty();

  @Option(
      names = "--ready",
      paramLabel = "COMMAND",
      description =
          "A shell command that succeeds once the service answers (default: its first port is"
              + " listened on).")
  private Optional<String> ready = Optional.empty();

  @Option(
      names = "--publish",
      paramLabel = "PORT",
      description = "A TCP port of the guest that clients reach; may be repeated.")
  private List<Integer> ports = new ArrayList<>();

  @Option(
      names = "--module",
      paramLabel = "NAME",
      description = "A kernel module to load at boot; may be repeated.")
  private List<String> modules = new ArrayList<>();

  @Option(
      names = "--mirror",
      paramLabel = "URL",
      description = "The Debian mirror (default: the one of this host's apt sources).")
  private Optional<String> mirror = Optional.empty();

  @Option(
      names = "--suite",
      paramLabel = "NAME",
      defaultValue = GuestRecipe.DEFAULT_SUITE,
      description = "The Debian release (default: ${DEFAULT-VALUE}).")
  private String suite = GuestRecipe.DEFAULT_SUITE;

  @Option(
      names = "--size",
      paramLabel = "SIZE",
      defaultValue = "192M",
      description = "The root disk's size, with K, M, G or T (default: ${DEFAULT-VALUE}).")
  private String size = "192M";

  @Option(
      names = "--memory",
      paramLabel = "SIZE",
      defaultValue = "128M",
      description = "The RAM to recommend (default: ${DEFAULT-VALUE}).")
  private String memory = "128M";

  @Option(
      names = "--cache",
      paramLabel = "DIR",
      description = "Where downloads are kept (default: ~/.cache/lockstep).")
  private Optional<Path> cache = Optional.empty();

  @Option(
      names = "--update",
      description = "Fetch the package index anew and rebuild with what is newest.")
  private boolean update;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws IOException, ImageException {
    Path directory = guestDirectory(Optional.empty(), state);
    GuestBuilder builder =
        new GuestBuilder(
            recipe(),
            cache.orElseGet(GuestImages::defaultCache),
            mirror,
            Progress.onStandardError());
    Optional<Guest> present = update ? Optional.empty() : builder.upToDate(directory);
    if (present.isPresent()) {
      out().println("up to date: " + directory);
      return 0;
    }
    report(out(), builder.build(directory, update));
    return 0;
  }

  private GuestRecipe recipe() {
    GuestRecipe redis = GuestRecipe.redis();
    boolean isRedis = service.isEmpty();
    List<String> wanted = new ArrayList<>(isRedis ? redis.packages() : List.of());
    packages.stream().filter(name -> !wanted.contains(name)).forEach(wanted::add);
    List<Integer> published = new ArrayList<>(isRedis ? redis.ports() : List.of());
    ports.stream().filter(port -> !published.contains(port)).forEach(published::add);
    return new GuestRecipe(
        suite,
        wanted,
        service.orElse(redis.service()),
        ready.or(() -> isRedis ? redis.ready() : Optional.empty()),
        published,
        modules,
        bytes("--size", size),
        bytes("--memory", memory));
  }

  private long bytes(String option, String text) {
    Matcher match = SIZE.matcher(text);
    if (!match.matches()) {
      throw new ParameterException(
          spec().commandLine(), "%s: not a size like 192M: %s".formatted(option, text));
    }
    return Long.parseLong(match.group(1)) << (10 * ("KMGT".indexOf(match.group(2)) + 1));
  }

  /** As told behind `export` or `import`, or else before it. */
  private Path guestDirectory(Optional<Path> chosen, StateOption chosenState) {
    StateOption told = chosenState.isGiven() ? chosenState : state;
    return chosen
        .or(() -> chosenState.isGiven() ? Optional.empty() : output)
        .orElseGet(() -> told.directory().guest());
  }

  private PrintWriter out() {
    return spec().commandLine().getOut();
  }

  private CommandSpec spec() {
    if (spec == null) {
      throw new IllegalStateException("run by picocli only");
    }
    return spec;
  }

  private static void report(PrintWriter out, Guest guest) {
    GuestDescription description = guest.description();
    out.println(
        "%s: kernel %s, %d packages, ports %s"
            .formatted(
                guest.directory(),
                description.kernelRelease(),
                description.packages().size(),
                description.ports()));
  }

  /** {@code lockstep image export}. */
  @Command(name = "export", description = "Write the guest to one file, for another host.")
  static final class Export implements Callable<Integer> {
    @picocli.CommandLine.ParentCommand private @Nullable ImageCommand image;

    @Mixin private StateOption state = new StateOption();

    @Option(
        names = {"--guest", "--output"},
        paramLabel = "DIR",
        description = "The guest to export (default: guest/ of the state directory).")
    private Optional<Path> guestDirectory = Optional.empty();

    @Parameters(paramLabel = "FILE", description = "The file to write, for example guest.tar.gz.")
    private Path file = Path.of("guest.tar.gz");

    @Override
    public Integer call() throws IOException, ImageException {
      ImageCommand parent = parentOf(image);
      Path directory = parent.guestDirectory(guestDirectory, state);
      Optional<Guest> guest = Guest.open(directory);
      if (guest.isEmpty()) {
        throw new ImageException(
            "no guest in %s; make one with `lockstep image`".formatted(directory));
      }
      GuestArchive.write(guest.get(), file, Progress.onStandardError());
      parent.out().println("exported to " + file);
      return 0;
    }
  }

  /** {@code lockstep image import}. */
  @Command(name = "import", description = "Read a guest from a file that `export` has written.")
  static final class Import implements Callable<Integer> {
    @picocli.CommandLine.ParentCommand private @Nullable ImageCommand image;

    @Mixin private StateOption state = new StateOption();

    @Option(
        names = "--output",
        paramLabel = "DIR",
        description = "Where the guest goes (default: guest/ of the state directory).")
    private Optional<Path> output = Optional.empty();

    @Parameters(paramLabel = "FILE", description = "The exported guest.")
    private Path file = Path.of("guest.tar.gz");

    @Override
    public Integer call() throws IOException, ImageException {
      ImageCommand parent = parentOf(image);
      Path directory = parent.guestDirectory(output, state);
      report(parent.out(), GuestArchive.read(file, directory, Progress.onStandardError()));
      return 0;
    }
  }

  private static ImageCommand parentOf(@Nullable ImageCommand image) {
    if (image == null) {
      throw new IllegalStateException("run by picocli only");
    }
    return image;
  }
}
