package lockstep.disk.store;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/** A disk as an array: what every store must be equal to. */
public final class DiskOracle {
  private final byte[] bytes;

  public DiskOracle(int sizeBytes) {
    bytes = new byte[sizeBytes];
  }

  public void apply(List<BlockStore.Change> changes) {
    for (BlockStore.Change change : changes) {
      switch (change) {
        case BlockStore.Write(long offset, ByteBuffer data) ->
            data.duplicate().get(bytes, (int) offset, data.remaining());
        case BlockStore.Zero(long offset, long length, boolean _) ->
            Arrays.fill(bytes, (int) offset, (int) (offset + length), (byte) 0);
      }
    }
  }

  public byte[] read(long offset, int length) {
    return Arrays.copyOfRange(bytes, (int) offset, (int) offset + length);
  }

  public byte[] all() {
    return bytes;
  }
}
