package lockstep.disk.vm;

import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import lockstep.disk.store.BlockStore;
import lockstep.disk.store.ControlStore;
import lockstep.disk.store.ControlStore.Table;

/**
 * The catalog of all disks and snapshots, as stored. May be read on any thread; who changes it
 * holds its monitor.
 */
public final class Disks {
  public static final int DISKS_MAX = 1024;
  public static final int SNAPSHOTS_MAX = 256;

  private final ControlStore control;
  private final BlockStore blocks;
  private final Map<String, Disk> disks = new ConcurrentSkipListMap<>();
  private final Map<String, DiskStatistics> statistics = new ConcurrentHashMap<>();
  private int lastNumber;

  /**
   * Loads what is stored, and removes from the block store what a crash has left there unnamed.
   *
   * @throws IOException if it can't be read, or is corrupt
   */
  public Disks(ControlStore control, BlockStore blocks) throws IOException {
    this.control = control;
    this.blocks = blocks;
    for (Map.Entry<String, byte[]> stored : control.all(Table.DISKS).entrySet()) {
      disks.put(stored.getKey(), Disk.fromBytes(stored.getKey(), stored.getValue()));
    }
    Set<Integer> named = new HashSet<>();
    for (Disk disk : disks.values()) {
      named.add(disk.number());
      disk.snapshots().forEach(snapshot -> named.add(snapshot.number()));
    }
    Set<Integer> stored = blocks.disks();
    for (int number : named) {
      if (!stored.contains(number)) {
        throw new IOException("disk number " + number + " is not in the block store");
      }
      lastNumber = Math.max(lastNumber, number);
    }
    for (int number : stored) {
      lastNumber = Math.max(lastNumber, number);
      if (!named.contains(number)) {
        blocks.delete(number);
      }
    }
  }

  BlockStore blocks() {
    return blocks;
  }

  public Optional<Disk> get(String vm, String name) {
    return Optional.ofNullable(disks.get(vm + "/" + name));
  }

  /** By path. */
  public Collection<Disk> all() {
    return List.copyOf(disks.values());
  }

  public List<Disk> of(String vm) {
    return disks.values().stream().filter(disk -> disk.vm().equals(vm)).toList();
  }

  /** What clients have done to the disk of this path. */
  public DiskStatistics statistics(String path) {
    return statistics.computeIfAbsent(path, _ -> new DiskStatistics());
  }

  /** A number that no disk or snapshot has. */
  int newNumber() {
    return ++lastNumber;
  }

  /** Makes the bytes of a disk that is not named yet. */
  Disk make(String vm, String name, long sizeBytes) throws IOException {
    int number = newNumber();
    blocks.create(number, sizeBytes);
    return new Disk(vm, name, number, sizeBytes, List.of());
  }

  /**
   * Stores disks, takes others out, and stores what changes with them; all or nothing.
   *
   * @param also other tables' values
   */
  void store(
      Collection<Disk> changed, Collection<String> removed, Map<Table, Map<String, byte[]>> also)
      throws IOException {
    Map<Table, Map<String, byte[]>> values = new HashMap<>(also);
    Map<String, byte[]> bytes = new HashMap<>();
    changed.forEach(disk -> bytes.put(disk.path(), disk.toBytes()));
    values.put(Table.DISKS, bytes);
    control.put(values, Map.of(Table.DISKS, Set.copyOf(removed)));
    changed.forEach(disk -> disks.put(disk.path(), disk));
    removed.forEach(disks::remove);
    removed.forEach(statistics::remove);
  }
}
