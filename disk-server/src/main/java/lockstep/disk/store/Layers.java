package lockstep.disk.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * Which layers each disk is made of. A change is in the store's log when it returns, and stable
 * with the next sync of that: who waits for that does so without a lock, since a claim may wait for
 * who waits for the disk's. A write to a layer follows its making in the log, and a flush of a
 * write buffer first makes the log stable that leads to it: so no layer is ever known less well
 * than what is in it.
 *
 * <p>A disk is a chain of layers, its own on top; a block is what the topmost layer says that says
 * anything about it. Forking a disk puts a new empty layer on top of it and another one on top of
 * the same chain for the copy: what was the top is shared from then on, and never changes. When a
 * copy is deleted, a layer may be left that is not shared any more; it is merged with the one above
 * it ({@link LayerMerger}).
 *
 * <p>The chains change under the lock of this object. Who reads a chain needs no lock: an older
 * chain still leads to every block, because merging moves a block downwards in one step, and the
 * numbers of layers are never used again.
 */
final class Layers {
  private static final byte[] LAST_LAYER = {'n'};
  private static final byte DISK = 'd';

  /** A disk. Whoever changes its blocks, or its chain, holds its monitor. */
  static final class Disk {
    /** Numbers of layers, the top first. */
    private volatile int[] chain;

    /** The top is being emptied into the layer below: changes go there. */
    private volatile boolean draining;

    private Disk(int[] chain) {
      this.chain = chain;
    }

    int[] chain() {
      return chain;
    }

    boolean draining() {
      return draining;
    }

    void drain() {
      draining = true;
    }
  }

  /** Layers of which {@code upper} lies on {@code lower} in every chain that has {@code lower}. */
  record Pair(int upper, int lower, boolean lowest) {}

  private final Rocks rocks;
  private final ColumnFamilyHandle family;
  private final ColumnFamilyHandle blocks;
  private final WriteOptions unsynced = new WriteOptions();
  private final Map<Integer, Disk> disks = new ConcurrentHashMap<>();
  private int lastLayer;

  Layers(Rocks rocks, ColumnFamilyHandle family, ColumnFamilyHandle blocks) throws IOException {
    this.rocks = rocks;
    this.family = family;
    this.blocks = blocks;
    try (RocksIterator iterator = rocks.db().newIterator(family)) {
      for (iterator.seekToFirst(); iterator.isValid(); iterator.next()) {
        if (iterator.key()[0] == DISK) {
          int disk = ByteBuffer.wrap(iterator.key(), 1, Integer.BYTES).getInt();
          int[] chain = new int[iterator.value().length / Integer.BYTES];
          ByteBuffer.wrap(iterator.value()).asIntBuffer().get(chain);
          disks.put(disk, new Disk(chain));
        } else {
          lastLayer = ByteBuffer.wrap(iterator.value()).getInt();
        }
      }
      iterator.status();
    } catch (RocksDBException e) {
      throw rocks.failure(e);
    }
  }

  Disk disk(int number) {
    Disk disk = disks.get(number);
    if (disk == null) {
      throw new IllegalStateException("no disk " + number + " was made");
    }
    return disk;
  }

  Set<Integer> numbers() {
    return Set.copyOf(disks.keySet());
  }

  synchronized void create(int number) throws IOException {
    if (disks.containsKey(number)) {
      delete(number);
    }
    Disk disk = new Disk(new int[] {lastLayer + 1});
    store(Map.of(number, disk.chain), Set.of(), lastLayer + 1);
    disks.put(number, disk);
  }

  synchronized void fork(int source, int copy) throws IOException {
    if (disks.containsKey(copy)) {
      delete(copy);
    }
    Disk from = disk(source);
    synchronized (from) {
      int[] top = onTop(lastLayer + 1, from.chain);
      int[] other = onTop(lastLayer + 2, from.chain);
      store(Map.of(source, top, copy, other), Set.of(), lastLayer + 2);
      from.chain = top;
      from.draining = false;
      disks.put(copy, new Disk(other));
    }
  }

  private static int[] onTop(int top, int[] chain) {
    int[] longer = new int[chain.length + 1];
    longer[0] = top;
    System.arraycopy(chain, 0, longer, 1, chain.length);
    return longer;
  }

  synchronized void delete(int number) throws IOException {
    Disk disk = disk(number);
    Set<Integer> unused = new HashSet<>();
    Map<Integer, Integer> uses = uses();
    for (int layer : disk.chain) {
      if (uses.getOrDefault(layer, 0) == 1) {
        unused.add(layer);
      }
    }
    Map<Integer, int[]> chains = new HashMap<>();
    chains.put(number, new int[0]);
    store(chains, unused, lastLayer);
    disks.remove(number);
  }

  private Map<Integer, Integer> uses() {
    Map<Integer, Integer> uses = new HashMap<>();
    for (Disk disk : disks.values()) {
      for (int layer : disk.chain) {
        uses.merge(layer, 1, Integer::sum);
      }
    }
    return uses;
  }

  /** Two layers that can be one. */
  synchronized Optional<Pair> mergeable() {
    Map<Integer, Integer> uses = uses();
    for (Disk disk : disks.values()) {
      int[] chain = disk.chain;
      for (int i = 0; i + 1 < chain.length; i++) {
        if (uses.getOrDefault(chain[i], 0).equals(uses.getOrDefault(chain[i + 1], 0))) {
          return Optional.of(new Pair(chain[i], chain[i + 1], i + 2 == chain.length));
        }
      }
    }
    return Optional.empty();
  }

  /** The disk whose top this layer is. */
  synchronized Optional<Disk> diskOf(int top) {
    return disks.values().stream().filter(disk -> disk.chain[0] == top).findAny();
  }

  /** The upper layer is empty, and nobody can change that: takes it out of every chain. */
  synchronized void merged(Pair pair) throws IOException {
    Map<Integer, int[]> shorter = new LinkedHashMap<>();
    disks.forEach(
        (number, disk) -> {
          int[] left = Arrays.stream(disk.chain).filter(layer -> layer != pair.upper).toArray();
          if (left.length < disk.chain.length) {
            shorter.put(number, left);
          }
        });
    store(shorter, Set.of(pair.upper), lastLayer);
    shorter.forEach(
        (number, chain) -> {
          Disk disk = disk(number);
          disk.draining = disk.draining && disk.chain[0] != pair.upper;
          disk.chain = chain;
        });
  }

  private void store(Map<Integer, int[]> chains, Set<Integer> unused, int last) throws IOException {
    try (WriteBatch batch = new WriteBatch()) {
      for (Map.Entry<Integer, int[]> entry : chains.entrySet()) {
        byte[] key =
            ByteBuffer.allocate(1 + Integer.BYTES).put(DISK).putInt(entry.getKey()).array();
        if (entry.getValue().length == 0) {
          batch.delete(family, key);
        } else {
          batch.put(family, key, bytes(entry.getValue()));
        }
      }
      for (int layer : unused) {
        batch.deleteRange(blocks, LayerKey.of(layer, 0), LayerKey.of(layer + 1, 0));
      }
      batch.put(family, LAST_LAYER, bytes(last));
      rocks.db().write(unsynced, batch);
      lastLayer = last;
    } catch (RocksDBException e) {
      throw rocks.failure(e);
    }
  }

  private static byte[] bytes(int... numbers) {
    ByteBuffer buffer = ByteBuffer.allocate(numbers.length * Integer.BYTES);
    buffer.asIntBuffer().put(numbers);
    return buffer.array();
  }

  void close() {
    unsynced.close();
  }
}
