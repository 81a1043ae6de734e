package lockstep.disk.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Lock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file for each disk, with its space taken when the disk is made. The file system's cache is the
 * disk's write-back cache. Snapshots and clones are copies of what the disk was at one moment, made
 * while it is written on ({@link FrozenFile}); they take only the space of what was written. There
 * are no checksums.
 */
final class FileBlockStore implements BlockStore {
  private static final Pattern NAME = Pattern.compile("disk-(\\d{1,9})");
  private static final String FROZEN_PREFIX = "frozen-";

  private final Path directory;
  private final Map<Integer, DiskFile> files = new ConcurrentHashMap<>();

  private final SpaceGuard space;

  /** For the names of what is kept aside. */
  private final AtomicLong frozenCount = new AtomicLong();

  private FileBlockStore(Path directory) throws IOException {
    this.directory = directory;
    this.space = new SpaceGuard(directory);
  }

  static FileBlockStore open(Path directory, boolean create) throws IOException {
    if (create) {
      Files.createDirectories(directory);
    } else if (!Files.isDirectory(directory)) {
      throw new IOException(directory + " is missing: the data directory is not complete");
    }
    FileBlockStore store = new FileBlockStore(directory);
    try (var entries = Files.list(directory)) {
      for (Path entry : entries.toList()) {
        Matcher name = NAME.matcher(String.valueOf(entry.getFileName()));
        if (name.matches()) {
          store.files.put(Integer.parseInt(name.group(1)), DiskFile.open(entry));
        } else if (String.valueOf(entry.getFileName()).startsWith(FROZEN_PREFIX)) {
          Files.delete(entry); // of a server that died just when it made it
        }
      }
    } catch (IOException e) {
      store.close();
      throw e;
    }
    return store;
  }

  private Path path(int disk) {
    return directory.resolve("disk-" + disk);
  }

  private DiskFile file(int disk) {
    DiskFile file = files.get(disk);
    if (file == null) {
      throw new IllegalStateException("no disk " + disk + " was made");
    }
    return file;
  }

  @Override
  public DiskReader live(int disk) {
    return file(disk);
  }

  @Override
  public DiskReader frozen(int disk) throws IOException {
    return freeze(List.of(file(disk))).getFirst();
  }

  /** Freezes disks at one moment. */
  private List<FrozenFile> freeze(Collection<DiskFile> disks) throws IOException {
    List<FrozenFile> views = new ArrayList<>();
    try {
      for (DiskFile disk : disks) {
        Path aside = directory.resolve(FROZEN_PREFIX + frozenCount.incrementAndGet());
        views.add(FrozenFile.prepare(disk, aside, space));
      }
      DiskFile.freezeTogether(views);
      return views;
    } catch (IOException e) {
      views.forEach(FrozenFile::close);
      throw e;
    }
  }

  @Override
  public void apply(int disk, List<Change> changes) throws IOException {
    DiskFile file = file(disk);
    Lock shared = file.lockShared();
    try {
      for (Change change : changes) {
        switch (change) {
          case Write write -> {
            requireSpace(file, write);
            file.write(write.offset(), write.data().duplicate());
          }
          case Zero zero -> {
            if (!zero.hole()) {
              requireSpace(file, zero);
            }
            file.zero(zero);
          }
        }
      }
    } finally {
      shared.unlock();
    }
  }

  /** What was given back, or never written in a copy, must not take the reserve. */
  private void requireSpace(DiskFile file, Change change) throws IOException {
    if (space.isShort(change.length()) && !file.hasSpaceFor(change.offset(), change.length())) {
      throw space.full();
    }
  }

  @Override
  public boolean zeroesFast() {
    return files.values().stream().allMatch(DiskFile::zeroesFast);
  }

  @Override
  public void sync(int disk) throws IOException {
    file(disk).sync();
  }

  @Override
  public int syncDomain(int disk) {
    return disk;
  }

  @Override
  public void create(int disk, long sizeBytes) throws IOException {
    deleteIfThere(disk);
    space.allocate(sizeBytes);
    DiskFile file = DiskFile.create(path(disk));
    try {
      file.allocate(sizeBytes);
      StableFiles.syncDirectory(directory);
    } catch (IOException e) {
      file.closeFile();
      Files.delete(path(disk));
      throw e;
    }
    files.put(disk, file);
  }

  @Override
  public void fork(int source, int copy) throws IOException {
    deleteIfThere(copy);
    space.allocate(file(source).dataBytes());
    Files.deleteIfExists(path(copy));
    try (FrozenFile view = freeze(List.of(file(source))).getFirst()) {
      view.copyTo(path(copy));
      StableFiles.syncDirectory(directory);
    } catch (IOException e) {
      Files.deleteIfExists(path(copy));
      throw e;
    }
    files.put(copy, DiskFile.open(path(copy)));
  }

  @Override
  public void resize(int disk, long oldBytes, long newBytes) throws IOException {
    if (newBytes > oldBytes) {
      space.allocate(newBytes - oldBytes);
      file(disk).truncate(oldBytes); // a cut that a crash has ended early may have left more
      file(disk).allocate(newBytes);
    } else {
      file(disk).truncate(newBytes);
    }
  }

  @Override
  public void delete(int disk) throws IOException {
    file(disk).closeFile();
    files.remove(disk);
    Files.delete(path(disk));
    StableFiles.syncDirectory(directory);
  }

  private void deleteIfThere(int disk) throws IOException {
    if (files.containsKey(disk)) {
      delete(disk);
    }
  }

  @Override
  public Set<Integer> disks() {
    return Set.copyOf(files.keySet());
  }

  @Override
  public long allocatedBytes(int disk) throws IOException {
    return file(disk).allocatedBytes();
  }

  @Override
  public void checkpoint(Path target) throws IOException {
    Files.createDirectory(target);
    List<FrozenFile> views = freeze(new TreeMap<>(files).values());
    try {
      for (FrozenFile view : views) {
        view.copyTo(target.resolve(String.valueOf(view.disk().path().getFileName())));
      }
    } finally {
      views.forEach(FrozenFile::close);
    }
    StableFiles.syncDirectory(target);
  }

  @Override
  public void close() {
    for (DiskFile file : files.values()) {
      try {
        file.closeFile();
      } catch (IOException e) {
        // What was to be stable was synced; nothing can be said to anybody any more.
        throw new java.io.UncheckedIOException(e);
      }
    }
    files.clear();
  }
}
