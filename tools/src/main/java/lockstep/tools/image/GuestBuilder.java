package lockstep.tools.image;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Builds a guest by a recipe, or finds that it is built already. */
public final class GuestBuilder {
  private static final String SERVICE_DIRECTORY = "var/lib/lockstep";

  /** What an archive calls its newest release. */
  private static final String STABLE = "stable";

  private final GuestRecipe recipe;
  private final Path cache;
  private final Optional<String> mirror;
  private final Progress progress;

  /**
   * @param cache where downloads stay between two runs; made where missing
   * @param mirror of Debian; empty: the one of the host's own apt sources
   */
  public GuestBuilder(GuestRecipe recipe, Path cache, Optional<String> mirror, Progress progress) {
    this.recipe = recipe;
    this.cache = cache.toAbsolutePath();
    this.mirror = mirror;
    this.progress = progress;
  }

  /** The guest that is in {@code output}, where it was made by this very recipe. */
  public Optional<Guest> upToDate(Path output) throws IOException, ImageException {
    String digest = recipe.digest();
    try {
      return Guest.open(output).filter(guest -> guest.description().recipeDigest().equals(digest));
    } catch (ImageException damaged) {
      // What stands there is to be replaced anyway.
      return Optional.empty();
    }
  }

  /**
   * Builds into {@code output}, replacing what is there; one build at a time for a cache.
   *
   * @param update fetch the archive's index anew; otherwise the cached one serves if there is one
   */
  public Guest build(Path output, boolean update) throws IOException, ImageException {
    recipe.check();
    HostTools tools = HostTools.find();
    String from = mirrorToUse();
    Files.createDirectories(cache);
    Files.createDirectories(output);
    try (FileChannel channel =
            FileChannel.open(
                cache.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock held = channel.lock()) {
      if (!held.isValid()) {
        throw new ImageException("the cache %s cannot be locked".formatted(cache));
      }
      return assemble(tools, packages(tools, from, update), output.toAbsolutePath());
    }
  }

  /**
   * While a mirror takes in a point release, its index of the release's codename may name files
   * that it does not have; the one that it calls stable is then still whole.
   */
  private Map<DebianPackage, Path> packages(HostTools tools, String from, boolean update)
      throws IOException, ImageException {
    try {
      return packages(new PackageArchive(tools, cache, from, recipe.suite()), update);
    } catch (HostLacksException failure) {
      PackageArchive stable = new PackageArchive(tools, cache, from, STABLE);
      try {
        Map<DebianPackage, Path> packages = packages(stable, update);
        if (stable.codename().equals(Optional.of(recipe.suite()))) {
          return packages;
        }
      } catch (ImageException alsoFails) {
        failure.addSuppressed(alsoFails);
      }
      throw failure;
    }
  }

  private String mirrorToUse() throws IOException, ImageException {
    Optional<String> found =
        mirror.isPresent() ? mirror : AptSources.debianMirror(Path.of("/etc/apt"));
    return found.orElseThrow(
        () ->
            new HostLacksException(
                "no Debian archive among this host's apt sources; name one with --mirror URL"));
  }

  /**
   * A cached index may name packages that the mirror has replaced since: then it is fetched anew.
   */
  private Map<DebianPackage, Path> packages(PackageArchive archive, boolean update)
      throws IOException, ImageException {
    if (!update && archive.hasIndex()) {
      try {
        return archive.fetch(resolve(archive), progress);
      } catch (ImageException stale) {
        try {
          update(archive);
        } catch (ImageException offline) {
          stale.addSuppressed(offline);
          throw stale;
        }
      }
    } else {
      update(archive);
    }
    return archive.fetch(resolve(archive), progress);
  }

  private void update(PackageArchive archive) throws IOException, ImageException {
    try (var _ = progress.step("reading the package index of Debian " + archive.suite())) {
      archive.update();
    }
  }

  private List<DebianPackage> resolve(PackageArchive archive) throws IOException, ImageException {
    try (var _ = progress.step("resolving dependencies")) {
      return archive.resolve(recipe.allPackages());
    }
  }

  private Guest assemble(HostTools tools, Map<DebianPackage, Path> packages, Path output)
      throws IOException, ImageException {
    Path work = Files.createTempDirectory(output, ".building-");
    try {
      DebianPackage kernelPackage =
          packages.keySet().stream()
              .filter(KernelPackage::isKernel)
              .findFirst()
              .orElseThrow(() -> new ImageException("the packages bring no kernel"));
      Path deb = packages.get(kernelPackage);
      if (deb == null) {
        throw new IllegalStateException("not fetched: " + kernelPackage);
      }
      KernelPackage kernel;
      try (var _ = progress.step("unpacking kernel " + kernelPackage.version())) {
        kernel = KernelPackage.unpack(tools, kernelPackage, deb, cache);
        Files.copy(kernel.image(), work.resolve(Guest.KERNEL));
      }
      RootTree tree = new RootTree(Files.createDirectory(work.resolve("contents")));
      try (var _ = progress.step("unpacking packages")) {
        for (Map.Entry<DebianPackage, Path> entry : packages.entrySet()) {
          if (!KernelPackage.isKernel(entry.getKey())) {
            tree.add(tools, entry.getValue());
          }
        }
        furnish(tree);
      }
      Files.write(
          work.resolve(Guest.INITRAMFS), Initramfs.of(kernel.load(recipe.allModules()), tree));
      try (var _ = progress.step("writing the root disk")) {
        new Ext4Image(tools).write(tree, work.resolve(Guest.ROOT), recipe.diskBytes(), work);
      }
      GuestDescription description = describe(work, kernel, packages);
      publish(work, output, description);
      return new Guest(output, description);
    } finally {
      Directories.deleteTree(work);
    }
  }

  /** What makes a guest of a heap of packages. */
  private void furnish(RootTree tree) throws IOException, ImageException {
    tree.linkBusybox();
    tree.symlink("usr/sbin/init", "/usr/bin/busybox");
    for (String directory :
        List.of("dev", "proc", "sys", "run", "tmp", "mnt", "root", "etc/lockstep")) {
      tree.directory(directory);
    }
    tree.directory(SERVICE_DIRECTORY);
    for (String script :
        List.of(GuestScripts.BOOT, GuestScripts.SHUTDOWN, GuestScripts.POWER_BUTTON)) {
      tree.script("etc/lockstep/" + script, GuestScripts.text(script));
    }
    tree.script(
        "etc/lockstep/" + GuestScripts.SERVICE,
        GuestScripts.text(GuestScripts.SERVICE).replace("@COMMAND@", recipe.service()));
    tree.script(
        "etc/lockstep/" + GuestScripts.ANNOUNCE,
        GuestScripts.text(GuestScripts.ANNOUNCE).replace("@READY@", "  " + recipe.readyCommand()));
    for (String table :
        List.of(
            GuestScripts.INITTAB, GuestScripts.PROFILE, GuestScripts.PASSWD, GuestScripts.GROUP)) {
      tree.file("etc/" + table, GuestScripts.text(table));
    }
  }

  private GuestDescription describe(
      Path work, KernelPackage kernel, Map<DebianPackage, Path> packages)
      throws IOException, ImageException {
    Map<String, GuestDescription.FileDescription> files = new TreeMap<>();
    try (var _ = progress.step("computing digests")) {
      for (String name : Guest.FILES) {
        Path file = work.resolve(name);
        files.put(name, new GuestDescription.FileDescription(Files.size(file), Digests.of(file)));
      }
    }
    return new GuestDescription(
        GuestDescription.FORMAT,
        recipe.digest(),
        recipe.suite(),
        kernel.release(),
        recipe.service(),
        recipe.ports(),
        recipe.memoryBytes(),
        GuestCommandLine.recommended(),
        files,
        packages.keySet().stream()
            .map(p -> new GuestDescription.InstalledPackage(p.name(), p.version()))
            .sorted(Comparator.comparing(GuestDescription.InstalledPackage::name))
            .toList());
  }

  /** The description goes first and comes last, so that a guest half replaced is not one. */
  static void publish(Path work, Path output, GuestDescription description) throws IOException {
    Files.deleteIfExists(output.resolve(Guest.DESCRIPTION));
    for (String name : Guest.FILES) {
      Files.move(work.resolve(name), output.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }
    Path text = work.resolve(Guest.DESCRIPTION);
    Files.writeString(text, description.toJson());
    Files.move(text, output.resolve(Guest.DESCRIPTION), StandardCopyOption.REPLACE_EXISTING);
  }
}
