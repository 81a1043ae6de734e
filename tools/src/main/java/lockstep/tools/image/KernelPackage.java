package lockstep.tools.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Kernel and modules of an unpacked {@code linux-image} package.
 *
 * @param image the raw kernel Image
 * @param release for example {@code 6.12.1+deb13-riscv64}
 * @param modules the packed modules by their names
 */
record KernelPackage(Path image, String release, Map<String, Path> modules) {
  private static final String IMAGE_PREFIX = "vmlinux-";

  /** The package that holds the kernel itself, among those that were resolved. */
  static boolean isKernel(DebianPackage candidate) {
    return candidate.name().matches("linux-image-[0-9].*-riscv64");
  }

  /** Unpacks into the cache once; later runs find it there. */
  static KernelPackage unpack(HostTools tools, DebianPackage kernel, Path deb, Path cache)
      throws IOException, ImageException {
    Path directory = cache.resolve("kernels").resolve(kernel.sha256());
    if (!Files.isDirectory(directory)) {
      Path partial = Files.createDirectories(cache.resolve("kernels").resolve("partial"));
      Directories.deleteTree(partial);
      Files.createDirectories(partial);
      DebFile.read(
          tools,
          deb,
          (path, entry, content) -> {
            String name = path.substring(path.lastIndexOf('/') + 1);
            boolean wanted =
                path.startsWith("boot/" + IMAGE_PREFIX) || name.matches(".*\\.ko(\\.xz)?");
            if (wanted && entry.isFile()) {
              Files.copy(content, partial.resolve(name), StandardCopyOption.REPLACE_EXISTING);
            }
          });
      Files.move(partial, directory, StandardCopyOption.ATOMIC_MOVE);
    }
    return open(directory);
  }

  private static KernelPackage open(Path directory) throws IOException, ImageException {
    Map<String, Path> modules = new TreeMap<>();
    List<Path> images = new ArrayList<>();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        if (file.getFileName().toString().startsWith(IMAGE_PREFIX)) {
          images.add(file);
        } else {
          modules.put(KernelModule.name(file), file);
        }
      }
    }
    if (images.size() != 1) {
      throw new ImageException("the kernel package has %d kernels".formatted(images.size()));
    }
    String release = images.getFirst().getFileName().toString().substring(IMAGE_PREFIX.length());
    return new KernelPackage(images.getFirst(), release, modules);
  }

  /** The modules named and all they depend on, unpacked, in the order of loading. */
  SequencedMap<String, byte[]> load(List<String> names) throws IOException, ImageException {
    SequencedMap<String, byte[]> loaded = new LinkedHashMap<>();
    for (String name : names) {
      load(name.replace('-', '_'), loaded, new ArrayList<>());
    }
    return loaded;
  }

  private void load(String name, Map<String, byte[]> loaded, List<String> path)
      throws IOException, ImageException {
    if (loaded.containsKey(name) || path.contains(name)) {
      return;
    }
    Path file = modules.get(name);
    if (file == null) {
      throw new ImageException(
          path.isEmpty()
              ? "kernel %s has no module %s".formatted(release, name)
              : "kernel %s has no module %s, which %s needs"
                  .formatted(release, name, path.getLast()));
    }
    byte[] module = KernelModule.read(file);
    path.add(name);
    for (String dependency : KernelModule.dependencies(module)) {
      load(dependency, loaded, path);
    }
    path.removeLast();
    loaded.put(name, module);
  }
}
