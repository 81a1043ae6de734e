package lockstep.proxy.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Random;
import lockstep.proxy.net.Slice;
import org.junit.jupiter.api.Test;

final class SendBufferTest {

  @Test
  void holdsWhatAQueueWouldHold() {
    Random random = new Random(4);
    BufferBudget budget = new BufferBudget(1 << 20);
    SendBuffer buffer = new SendBuffer(budget, 5_000, 70_000);
    byte[] model = new byte[0];
    for (int i = 0; i < 5_000; i++) {
      if (random.nextBoolean()) {
        byte[] more = new byte[random.nextInt(buffer.space() + 1)];
        random.nextBytes(more);
        buffer.append(Slice.of(more));
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        joined.writeBytes(model);
        joined.writeBytes(more);
        model = joined.toByteArray();
      } else {
        int gone = random.nextInt(model.length + 1);
        buffer.discard(gone);
        model = Arrays.copyOfRange(model, gone, model.length);
      }
      int from = random.nextInt(model.length + 1);
      int size = random.nextInt(model.length - from + 1);
      assertEquals(Slice.of(Arrays.copyOfRange(model, from, from + size)), buffer.copy(from, size));
      assertEquals(model.length, buffer.length());
    }
    buffer.free();
    assertEquals(0, budget.bytesReserved());
  }

  @Test
  void growsOnlyAsFarAsTheBudgetAllows() {
    BufferBudget budget = new BufferBudget(3_000);
    SendBuffer first = new SendBuffer(budget, 1_000, 4_000);
    SendBuffer second = new SendBuffer(budget, 1_000, 4_000);
    first.append(Slice.of(new byte[600]));
    assertEquals(1_400, first.space());
    second.append(Slice.of(new byte[600]));
    assertEquals(400, second.space());
    first.discard(600);
    second.append(Slice.of(new byte[1]));
    assertEquals(1_399, second.space());
  }

  @Test
  void refusesMoreThanItsSpace() {
    SendBuffer buffer = new SendBuffer(new BufferBudget(0), 10, 10);
    assertThrows(IllegalArgumentException.class, () -> buffer.append(Slice.of(new byte[11])));
    assertThrows(IllegalArgumentException.class, () -> buffer.discard(1));
  }
}
