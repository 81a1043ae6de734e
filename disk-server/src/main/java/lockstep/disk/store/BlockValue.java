package lockstep.disk.store;

import java.io.IOException;

/**
 * What a layer says about a block, by the length of the value: its bytes, if it is as long as a
 * block; nothing at all, that it is a hole whatever the layers below say; one byte, that it is
 * zeroes which were asked for not to be a hole. A layer with no value for a block leaves it to the
 * layers below.
 */
final class BlockValue {
  static final byte[] HOLE = {};
  static final byte[] ZEROES = {0};

  private BlockValue() {}

  static boolean isHole(int length) {
    return length == HOLE.length;
  }

  /** Whether it stands for zeroes and holds no bytes. */
  static boolean isZero(int length) {
    return length == HOLE.length || length == ZEROES.length;
  }

  static void requireWhole(int length, int layer, long block) throws IOException {
    if (length != BlockStore.BLOCK_BYTES) {
      throw new IOException("block " + block + " of layer " + layer + " has " + length + " bytes");
    }
  }
}
