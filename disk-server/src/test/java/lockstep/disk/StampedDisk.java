package lockstep.disk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import lockstep.ft.machine.Bytes;
import lockstep.ft.machine.DiskStatus;
import lockstep.ft.nbd.NbdEvent;
import lockstep.ft.nbd.NbdRequest;

/**
 * What a test knows of a disk whose blocks it fills with the numbers of its writes: which number
 * each block must at least have. Keeps the writes that no flush covers, as a replica does.
 */
final class StampedDisk {
  private static final int BLOCKS = 512;
  private static final int BLOCK_BYTES = 4096;

  /** What is used of the disk. */
  static final int BYTES = BLOCKS * BLOCK_BYTES;

  private static final int IN_FLIGHT = 32;
  private static final int WRITES_PER_FLUSH = 50;

  /** Among the tokens of writes, which are above 0. */
  private static final long FLUSH = 0;

  private final Random random;

  // Of each block: the number of the newest write that a flush covers, that was answered, and that
  // was sent.
  private final long[] flushed = new long[BLOCKS];
  private final long[] answered = new long[BLOCKS];
  private final long[] sent = new long[BLOCKS];

  /** Answered, in this order, and not covered by a flush. */
  private final ArrayDeque<Long> kept = new ArrayDeque<>();

  /** Of the flush that is under way: what it covers. */
  private List<Long> flushing = new ArrayList<>();

  private long writes;
  private long flushes;

  // Writes that a flush has covered: since the last look at the disk, and at which was looked.
  private long coveredUnchecked;
  private long flushedChecked;

  StampedDisk(Random random) {
    this.random = random;
  }

  long writes() {
    return writes;
  }

  long flushes() {
    return flushes;
  }

  /**
   * So many writes that a flush covers were looked for after the death of the server, and there.
   */
  long flushedChecked() {
    return flushedChecked;
  }

  private static int block(long number) {
    return (int) (number % BLOCKS);
  }

  private static NbdRequest write(long number) {
    ByteBuffer stamped = ByteBuffer.allocate(BLOCK_BYTES);
    while (stamped.hasRemaining()) {
      stamped.putLong(number);
    }
    return NbdRequest.write(number, (long) block(number) * BLOCK_BYTES, Bytes.of(stamped.array()));
  }

  /** Sends a write of the next number; the token is the number, and gives the block. */
  private void writeNext(TestAttach disk) {
    int block = random.nextInt(BLOCKS);
    long number = ++writes * BLOCKS + block;
    sent[block] = number;
    disk.client.submit(write(number));
  }

  /** Sends a flush, if none is under way. */
  private void flush(TestAttach disk) {
    if (flushing.isEmpty() && !kept.isEmpty()) {
      flushing = new ArrayList<>(kept);
      disk.client.submit(NbdRequest.flush(FLUSH));
    }
  }

  /**
   * Keeps so many writes under way, with a flush now and then, until the server is gone.
   *
   * @param answers after so many {@code cut} is run
   * @param countsAfterwards whether what is answered after the cut was answered: not where the cut
   *     is one of the power, and the server still lives for a moment on a file system that has been
   *     shut down. A sync that the kernel had half done by then may end well, and what it was to
   *     make stable is lost; without power nobody would have heard of it.
   */
  void load(TestAttach disk, int answers, Runnable cut, boolean countsAfterwards) {
    for (int i = 0; i < IN_FLIGHT; i++) {
      writeNext(disk);
    }
    int left = answers;
    while (disk.next() instanceof NbdEvent.Completed event) {
      if (left <= 0 && (!countsAfterwards || event.status() != DiskStatus.OK)) {
        continue; // it dies
      }
      completed(event);
      if (--left == 0) {
        cut.run();
      }
      if (event.token() != FLUSH) {
        writeNext(disk);
        if (random.nextInt(WRITES_PER_FLUSH) == 0) {
          flush(disk);
        }
      }
    }
    flushing = new ArrayList<>();
  }

  /** A write or a flush was answered. */
  private void completed(NbdEvent.Completed event) {
    assertEquals(DiskStatus.OK, event.status());
    if (event.token() == FLUSH) {
      flushes++;
      covered(flushing);
      flushing = new ArrayList<>();
    } else {
      int block = block(event.token());
      answered[block] = Math.max(answered[block], event.token());
      kept.addLast(event.token());
    }
  }

  private void covered(List<Long> numbers) {
    for (long number : numbers) {
      assertEquals(number, kept.removeFirst());
      coveredUnchecked++;
      flushed[block(number)] = Math.max(flushed[block(number)], number);
    }
  }

  /** Whatever was answered is there, and what is there now stays. */
  void checkAnswered(TestAttach disk) {
    long[] found = check(disk, answered);
    System.arraycopy(found, 0, answered, 0, BLOCKS);
  }

  /** Whatever a flush covers is there. */
  void checkFlushed(TestAttach disk) {
    var _ = check(disk, flushed);
  }

  private long[] check(TestAttach disk, long[] least) {
    long[] numbers = new long[BLOCKS];
    ByteBuffer found = ByteBuffer.wrap(disk.read(0, BLOCKS * BLOCK_BYTES));
    for (int block = 0; block < BLOCKS; block++) {
      long number = found.getLong(block * BLOCK_BYTES);
      assertTrue(
          number >= least[block] && number <= sent[block],
          "block " + block + " has " + number + ", expected was " + least[block] + " or newer");
      for (int at = 0; at < BLOCK_BYTES; at += Long.BYTES) {
        assertEquals(number, found.getLong(block * BLOCK_BYTES + at), "a torn block");
      }
      numbers[block] = number;
    }
    flushedChecked += coveredUnchecked;
    coveredUnchecked = 0;
    return numbers;
  }

  /** How many of the answered writes are not on the disk any more. */
  int lacking(TestAttach disk) {
    ByteBuffer found = ByteBuffer.wrap(disk.read(0, BLOCKS * BLOCK_BYTES));
    Map<Integer, Long> newest = new HashMap<>();
    kept.forEach(number -> newest.put(block(number), number));
    return (int)
        newest.entrySet().stream()
            .filter(entry -> found.getLong(entry.getKey() * BLOCK_BYTES) < entry.getValue())
            .count();
  }

  /** Sends what is kept again, in the order in which it was answered, and flushes. */
  void sendKeptAgain(TestAttach disk) {
    for (long number : kept) {
      assertEquals(DiskStatus.OK, disk.status(write(number)));
    }
    assertEquals(DiskStatus.OK, disk.status(NbdRequest.flush(FLUSH)));
    covered(List.copyOf(kept));
  }
}
