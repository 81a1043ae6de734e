package lockstep.proxy.tcp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import lockstep.proxy.net.Slice;
import org.junit.jupiter.api.Test;

final class ReassemblyQueueTest {
  private static final int FRAME_BYTES = 70_000;

  private final ReassemblyQueue queue = new ReassemblyQueue();

  /** Part of a frame, as the guest's segments are. */
  private static Slice framed(byte[] text, int from, int length) {
    byte[] frame = new byte[Math.max(FRAME_BYTES, length)];
    System.arraycopy(text, from, frame, 0, length);
    return new Slice(frame, 0, length);
  }

  private byte[] takeAll(int next) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    Optional<Slice> more = queue.take(next);
    while (more.isPresent()) {
      all.writeBytes(more.get().toArray());
      more = queue.take(next + all.size());
    }
    return all.toByteArray();
  }

  @Test
  void whateverComesInWhateverOrderIsPutTogether() {
    Random random = new Random(3);
    byte[] text = new byte[2_000];
    random.nextBytes(text);
    int first = Integer.MAX_VALUE - 700; // the numbers wrap amid the text
    for (int round = 0; round < 300; round++) {
      boolean[] here = new boolean[text.length];
      for (int i = 0; i < 100; i++) {
        int from = random.nextInt(text.length);
        int length = 1 + random.nextInt(Math.min(100, text.length - from));
        queue.add(first + from, framed(text, from, length));
        Arrays.fill(here, from, from + length, true);
      }
      for (int at = 0; at < text.length; at++) {
        if (here[at]) {
          byte[] run = takeAll(first + at);
          assertArrayEquals(Arrays.copyOfRange(text, at, at + run.length), run);
          at += run.length;
          assertTrue(at >= text.length || !here[at], "a byte was lost");
        }
      }
      assertTrue(queue.isEmpty());
    }
  }

  @Test
  void noByteIsHeldTwiceAndNoFrameForAByteOfIt() {
    byte[] text = new byte[60_000];
    for (int i = 0; i < ReassemblyQueue.SEGMENTS_MAX; i++) {
      queue.add(1 + i, framed(text, i, text.length - i)); // each but for a byte what is here
      queue.add(100_000 + 2 * i, framed(text, 0, 1));
    }
    long textBytes = (long) text.length + ReassemblyQueue.SEGMENTS_MAX;
    assertTrue(queue.arrayBytes() <= 2 * textBytes, queue.arrayBytes() + " bytes");
    assertEquals(text.length, takeAll(1).length);
  }

  @Test
  void theirNumberIsBounded() {
    for (int i = 0; i < 2 * ReassemblyQueue.SEGMENTS_MAX; i++) {
      queue.add(2 * i, Slice.of(new byte[1]));
    }
    assertEquals(ReassemblyQueue.SEGMENTS_MAX, queue.arrayBytes());
  }
}
