package lockstep.tools.image;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A Debian archive for riscv64, seen through apt in a configuration of its own: it shares no list,
 * cache or status with the host's, needs no root, and checks the archive's signature.
 *
 * <p>The status file says that a few packages are installed already: those that only maintainer
 * scripts and systemd would use. Neither runs in a guest.
 */
final class PackageArchive {
  private static final String ARCHITECTURE = "riscv64";

  private static final Path KEYRING = Path.of("/usr/share/keyrings/debian-archive-keyring.gpg");

  private static final List<String> STAND_INS =
      List.of(
          "adduser",
          "debconf",
          "init-system-helpers",
          "initramfs-tools",
          "kmod",
          "linux-base",
          "openssl-provider-legacy",
          "passwd",
          "systemd",
          "sysvinit-utils",
          "udev");

  /** How the host reaches the network, which the private configuration keeps. */
  private static final Pattern KEPT_SETTING =
      Pattern.compile("Acquire::(https?|Check-Valid-Until|Check-Date|Retries)\\b.*");

  /** What apt says when it is the way to the mirror, or the mirror of this hour, that fails. */
  private static final Pattern MIRROR_FAILS =
      Pattern.compile(
          "Could not (connect|resolve)|Unable to connect|Temporary failure resolving"
              + "|[Cc]onnection (refused|timed out)|Network is unreachable"
              + "|Mirror sync in progress|Hash Sum mismatch|404 +Not Found");

  private static final String CODENAME = "Codename:";

  private static final int POLL_MILLIS = 200;

  private final HostTools tools;
  private final Path archives;
  private final Path lists;
  private final Path configuration;
  private final Path directory;
  private final String mirror;
  private final String suite;

  /**
   * @param cache where lists and packages stay between two runs
   * @param mirror the archive's address, for example {@code https://mirror.example/debian}
   */
  PackageArchive(HostTools tools, Path cache, String mirror, String suite) {
    this.tools = tools;
    this.mirror = mirror;
    this.suite = suite;
    this.archives = cache.resolve("archives");
    String source = Digests.of((mirror + ' ' + suite).getBytes(StandardCharsets.UTF_8));
    this.directory = cache.resolve("apt").resolve(source.substring(0, 12));
    this.lists = directory.resolve("lists");
    this.configuration = directory.resolve("apt.conf");
  }

  /** The release as it was asked for: a codename or an alias. */
  String suite() {
    return suite;
  }

  /** Whether the archive's index is in the cache. */
  boolean hasIndex() throws IOException {
    if (!Files.isDirectory(lists)) {
      return false;
    }
    try (Stream<Path> files = Files.list(lists)) {
      return files.anyMatch(file -> file.getFileName().toString().contains("_Packages"));
    }
  }

  /** The release's own name, whichever alias it was asked for by; empty without an index. */
  Optional<String> codename() throws IOException {
    try (Stream<Path> files = Files.list(lists)) {
      Optional<Path> release =
          files.filter(file -> file.getFileName().toString().endsWith("_InRelease")).findFirst();
      return release.isEmpty()
          ? Optional.empty()
          : Files.readAllLines(release.get()).stream()
              .filter(line -> line.startsWith(CODENAME))
              .map(line -> line.substring(CODENAME.length()).strip())
              .findFirst();
    }
  }

  /** Fetches the archive's signed index anew. */
  void update() throws IOException, ImageException {
    configure();
    ProcessBuilder update = apt(List.of("-q", "update", "--error-on=any"));
    HostTools.Output output;
    try {
      output = HostTools.run(update);
    } catch (ImageException e) {
      throw failure(String.valueOf(e.getMessage()));
    }
    if (!hasIndex()) {
      throw new ImageException(
          "the archive has no index of %s for %s: %s"
              .formatted(suite, ARCHITECTURE, output.error().strip()));
    }
  }

  /** The packages named and all they depend on, without recommended ones. */
  List<DebianPackage> resolve(List<String> names) throws IOException, ImageException {
    configure();
    // Packages in apt's cache would be left out of the answer; so it gets an empty one.
    Path empty = Files.createDirectories(directory.resolve("empty"));
    Files.createDirectories(empty.resolve("partial"));
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "-qq",
                "-y",
                "--print-uris",
                "-o",
                "Acquire::ForceHash=SHA256",
                "-o",
                "Dir::Cache::archives=" + empty,
                "install"));
    arguments.addAll(names);
    List<DebianPackage> packages =
        HostTools.run(apt(arguments))
            .standard()
            .lines()
            .flatMap(line -> DebianPackage.ofUriLine(line).stream())
            .toList();
    if (packages.isEmpty()) {
      throw new ImageException("apt-get resolved %s to nothing".formatted(names));
    }
    return packages;
  }

  /**
   * The packages' files, downloaded where they are not in the cache, each checked by its digest.
   */
  Map<DebianPackage, Path> fetch(List<DebianPackage> packages, Progress progress)
      throws IOException, ImageException {
    Files.createDirectories(archives.resolve("partial"));
    List<DebianPackage> missing = new ArrayList<>();
    for (DebianPackage wanted : packages) {
      if (!isWhole(wanted)) {
        Files.deleteIfExists(archives.resolve(wanted.fileName()));
        missing.add(wanted);
      }
    }
    if (!missing.isEmpty()) {
      download(missing, progress);
    }
    Map<DebianPackage, Path> files = new LinkedHashMap<>();
    for (DebianPackage wanted : packages) {
      if (missing.contains(wanted) && !isWhole(wanted)) {
        throw new ImageException(
            "%s was downloaded but is not what the archive's index says"
                .formatted(wanted.fileName()));
      }
      files.put(wanted, archives.resolve(wanted.fileName()));
    }
    return files;
  }

  private boolean isWhole(DebianPackage wanted) throws IOException {
    Path file = archives.resolve(wanted.fileName());
    return Files.isRegularFile(file)
        && Files.size(file) == wanted.sizeBytes()
        && Digests.of(file).equals(wanted.sha256());
  }

  private void download(List<DebianPackage> missing, Progress progress)
      throws IOException, ImageException {
    long total = missing.stream().mapToLong(DebianPackage::sizeBytes).sum();
    List<String> arguments = new ArrayList<>(List.of("-q", "download"));
    missing.forEach(p -> arguments.add(p.name() + "=" + p.version()));
    long before = bytesIn(archives);
    Path log = Files.createTempFile("lockstep-", ".log");
    ProcessBuilder builder =
        apt(arguments)
            .directory(archives.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    try (Progress.Step step =
        progress.step("downloading %d packages".formatted(missing.size()), total)) {
      Process process = builder.start();
      process.getOutputStream().close();
      while (!process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
        step.advanceTo(Math.clamp(bytesIn(archives) - before, 0, total));
      }
      if (process.exitValue() != 0) {
        throw failure(HostTools.failure(builder, process.exitValue(), Files.readString(log)));
      }
      step.advanceTo(total);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ImageException("interrupted", e);
    } finally {
      Files.delete(log);
    }
  }

  private static ImageException failure(String complaint) {
    return MIRROR_FAILS.matcher(complaint).find()
        ? new HostLacksException("the mirror cannot be used now: " + complaint)
        : new ImageException(complaint);
  }

  private static long bytesIn(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      // A file may be renamed between listing and looking; then it counts the next time.
      return files.map(Path::toFile).filter(java.io.File::isFile).mapToLong(f -> f.length()).sum();
    } catch (UncheckedIOException e) {
      return 0;
    }
  }

  private ProcessBuilder apt(List<String> arguments) {
    ProcessBuilder builder = tools.process(HostTool.APT_GET, arguments);
    builder.environment().put("APT_CONFIG", configuration.toString());
    return builder;
  }

  private void configure() throws IOException, ImageException {
    if (!Files.isReadable(KEYRING)) {
      throw new HostLacksException(
          "this host lacks %s; on Debian: apt-get install debian-archive-keyring"
              .formatted(KEYRING));
    }
    if (mirror.matches(".*\\s.*")) {
      throw new ImageException("not a mirror's address: " + mirror);
    }
    Files.createDirectories(lists.resolve("partial"));
    Files.createDirectories(archives.resolve("partial"));
    Path none = Files.createDirectories(directory.resolve("none"));
    Path sources = directory.resolve("sources.list");
    Files.writeString(
        sources,
        "deb [arch=%s signed-by=%s] %s %s main%n".formatted(ARCHITECTURE, KEYRING, mirror, suite));
    Path status = directory.resolve("status");
    Files.writeString(status, standIns());
    StringBuilder text = new StringBuilder(hostSettings());
    setting(text, "APT::Architecture", ARCHITECTURE);
    text.append("APT::Architectures { \"%s\"; };%n".formatted(ARCHITECTURE));
    setting(text, "APT::Install-Recommends", "false");
    setting(text, "APT::Sandbox::User", "");
    setting(text, "Acquire::Languages", "none");
    setting(text, "Dir::State", directory);
    setting(text, "Dir::State::lists", lists);
    setting(text, "Dir::State::status", status);
    setting(text, "Dir::Cache", directory);
    setting(text, "Dir::Cache::archives", archives);
    setting(text, "Dir::Etc::sourcelist", sources);
    setting(text, "Dir::Etc::main", none.resolve("apt.conf"));
    for (String parts : List.of("parts", "sourceparts", "preferencesparts", "trustedparts")) {
      setting(text, "Dir::Etc::" + parts, none);
    }
    setting(text, "Dir::Etc::preferences", none.resolve("preferences"));
    setting(text, "Dir::Etc::trusted", none.resolve("trusted.gpg"));
    Files.writeString(configuration, text);
  }

  private static void setting(StringBuilder text, String name, Object value) {
    text.append("%s \"%s\";%n".formatted(name, value));
  }

  private static String standIns() {
    StringBuilder text = new StringBuilder();
    for (String name : STAND_INS) {
      text.append(
          """
          Package: %s
          Status: install ok installed
          Architecture: all
          Multi-Arch: foreign
          Maintainer: Lockstep
          Version: 9999
          Description: stand-in, for maintainer scripts that do not run

          """
              .formatted(name));
    }
    return text.toString();
  }

  private String hostSettings() throws IOException, ImageException {
    StringBuilder kept = new StringBuilder();
    HostTools.run(tools.process(HostTool.APT_CONFIG, List.of("dump")))
        .standard()
        .lines()
        .filter(line -> KEPT_SETTING.matcher(line).matches())
        .forEach(line -> kept.append(line).append('\n'));
    return kept.toString();
  }
}
