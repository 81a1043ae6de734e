package lockstep.disk.store;

import java.nio.ByteBuffer;

/** Keys of blocks: layer (4 bytes), block number (8 bytes), big endian, so that they sort. */
final class LayerKey {
  static final int BYTES = Integer.BYTES + Long.BYTES;

  private LayerKey() {}

  static byte[] of(int layer, long block) {
    return ByteBuffer.allocate(BYTES).putInt(layer).putLong(block).array();
  }

  static long block(byte[] key) {
    return ByteBuffer.wrap(key).getLong(Integer.BYTES);
  }
}
