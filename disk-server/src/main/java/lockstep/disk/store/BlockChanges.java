package lockstep.disk.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Turns changes of bytes into changes of whole blocks: what is only partly changed is read first.
 *
 * <p>The result is, in this order: {@link #zeroed} ranges lose all their blocks, then each of
 * {@link #blocks} is put. A later change replaces what an earlier one left here.
 */
final class BlockChanges {
  private static final int BLOCK = BlockStore.BLOCK_BYTES;

  /** Below this number of blocks, zeroing names each block; above, the range. */
  private static final long RANGE_BLOCKS_MIN = 64;

  /** Reads the block as it is stored, into an array of the caller. */
  @FunctionalInterface
  interface BlockReader {
    void read(long block, byte[] into) throws IOException;
  }

  /** Blocks from {@code first}, up to and without {@code end}. */
  record Range(long first, long end) {
    boolean contains(long block) {
      return first <= block && block < end;
    }
  }

  private final BlockReader reader;
  private final NavigableMap<Long, byte[]> blocks = new TreeMap<>();
  private final List<Range> zeroed = new ArrayList<>();

  BlockChanges(BlockReader reader) {
    this.reader = reader;
  }

  /** By number, {@link BlockStore#BLOCK_BYTES} each. */
  Map<Long, byte[]> blocks() {
    return blocks;
  }

  List<Range> zeroed() {
    return zeroed;
  }

  void add(BlockStore.Change change) throws IOException {
    switch (change) {
      case BlockStore.Write(long offset, ByteBuffer data) -> write(offset, data.duplicate());
      case BlockStore.Zero(long offset, long length) -> zero(offset, length);
    }
  }

  private void write(long offset, ByteBuffer data) throws IOException {
    long at = offset;
    while (data.hasRemaining()) {
      int within = (int) (at % BLOCK);
      int length = Math.min(BLOCK - within, data.remaining());
      byte[] block = length == BLOCK ? new byte[BLOCK] : current(at / BLOCK);
      data.get(block, within, length);
      blocks.put(at / BLOCK, block);
      at += length;
    }
  }

  private void zero(long offset, long length) throws IOException {
    long end = offset + length;
    long firstWhole = Math.min((offset + BLOCK - 1) / BLOCK * BLOCK, end);
    long endWhole = Math.max(end / BLOCK * BLOCK, firstWhole);
    zeroPartOf(offset, firstWhole);
    zeroBlocks(firstWhole / BLOCK, endWhole / BLOCK);
    zeroPartOf(endWhole, end);
  }

  /** Zeroes bytes that lie within one block. */
  private void zeroPartOf(long from, long to) throws IOException {
    if (from < to) {
      byte[] block = current(from / BLOCK);
      int within = (int) (from % BLOCK);
      Arrays.fill(block, within, within + (int) (to - from), (byte) 0);
      blocks.put(from / BLOCK, block);
    }
  }

  private void zeroBlocks(long first, long end) {
    if (end - first < RANGE_BLOCKS_MIN) {
      for (long block = first; block < end; block++) {
        blocks.put(block, new byte[BLOCK]);
      }
    } else {
      blocks.subMap(first, end).clear();
      zeroed.add(new Range(first, end));
    }
  }

  /** The block as it is after the changes so far; the caller may change the array. */
  private byte[] current(long block) throws IOException {
    byte[] changed = blocks.get(block);
    if (changed != null) {
      return changed;
    }
    byte[] stored = new byte[BLOCK];
    if (zeroed.stream().noneMatch(range -> range.contains(block))) {
      reader.read(block, stored);
    }
    return stored;
  }
}
