package lockstep.disk;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import lockstep.disk.store.BlockStore;
import lockstep.disk.store.DiskOracle;
import lockstep.ft.machine.Bytes;
import lockstep.ft.machine.DiskOperation;
import lockstep.ft.machine.DiskStatus;
import lockstep.ft.nbd.NbdEvent;
import lockstep.ft.nbd.NbdRequest;

/** Random requests of any size and alignment, one at a time; what is read is what an array has. */
public final class ComparedDisk {
  /** Requests have up to two to the power of this many bytes. */
  private static final int LENGTH_BITS_MAX = 21;

  private static final int FUA_ONE_IN = 8;

  private final Random random;
  private final int sizeBytes;
  private final DiskOracle oracle;
  private long operations;
  private long compared;

  public ComparedDisk(Random random, int sizeBytes) {
    this.random = random;
    this.sizeBytes = sizeBytes;
    this.oracle = new DiskOracle(sizeBytes);
  }

  /** So many requests have been answered. */
  long operations() {
    return operations;
  }

  /** So many bytes were read and compared. */
  long compared() {
    return compared;
  }

  /** What the disk has to be now. */
  byte[] expected() {
    return oracle.all();
  }

  /** Sends requests, waits for each answer, and compares what is read. */
  public void use(TestAttach disk, int requests) {
    for (int i = 0; i < requests; i++) {
      step(disk);
    }
  }

  private void step(TestAttach disk) {
    int offset = random.nextInt(sizeBytes);
    int lengthMax = Math.min(sizeBytes - offset, 1 << (1 + random.nextInt(LENGTH_BITS_MAX)));
    int length = random.nextInt(lengthMax + 1);
    DiskOperation operation = DiskOperation.values()[random.nextInt(DiskOperation.values().length)];
    boolean fua = random.nextInt(FUA_ONE_IN) == 0;
    List<BlockStore.Change> changes = new ArrayList<>();
    NbdRequest request =
        switch (operation) {
          case READ -> NbdRequest.read(1, offset, length);
          case FLUSH -> NbdRequest.flush(1);
          case WRITE -> {
            byte[] payload = new byte[length];
            random.nextBytes(payload);
            changes.add(new BlockStore.Write(offset, ByteBuffer.wrap(payload)));
            yield new NbdRequest(1, operation, fua, offset, length, Bytes.of(payload));
          }
          case TRIM, WRITE_ZEROES -> {
            changes.add(new BlockStore.Zero(offset, length, true));
            yield new NbdRequest(1, operation, fua, offset, length, Bytes.EMPTY);
          }
        };
    oracle.apply(changes);
    NbdEvent.Completed answer =
        assertInstanceOf(NbdEvent.Completed.class, disk.call(request), request.toString());
    assertEquals(DiskStatus.OK, answer.status(), request.toString());
    operations++;
    if (operation == DiskOperation.READ) {
      assertArrayEquals(oracle.read(offset, length), answer.data().array());
      compared += length;
    }
  }

  /** Compares the whole disk. */
  public void check(TestAttach disk) {
    assertArrayEquals(oracle.all(), disk.read(0, sizeBytes));
    compared += sizeBytes;
  }

  /** The disk was made equal to this. */
  void becomes(byte[] bytes) {
    oracle.apply(List.of(new BlockStore.Write(0, ByteBuffer.wrap(bytes))));
  }
}
