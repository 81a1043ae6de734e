package lockstep.disk.store;

import java.nio.ByteBuffer;

/** Keys of blocks: layer (4 bytes), block number (8 bytes), big endian, so that they sort. */
final class LayerKey {
  static final int BYTES = Integer.BYTES + Long.BYTES;

  private static final ThreadLocal<ByteBuffer> DIRECT =
      ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(BYTES));

  private LayerKey() {}

  static byte[] of(int layer, long block) {
    return ByteBuffer.allocate(BYTES).putInt(layer).putLong(block).array();
  }

  /** In a buffer of this thread's, to be used before the next call. */
  static ByteBuffer direct(int layer, long block) {
    return DIRECT.get().clear().putInt(layer).putLong(block).flip();
  }

  static long block(byte[] key) {
    return ByteBuffer.wrap(key).getLong(Integer.BYTES);
  }
}
