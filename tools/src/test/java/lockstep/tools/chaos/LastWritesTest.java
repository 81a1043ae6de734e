package lockstep.tools.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import lockstep.ft.history.Operation;
import org.junit.jupiter.api.Test;

final class LastWritesTest {
  private static final String KEY = "register-0-1";

  private final LastWrites writes = new LastWrites();

  private void write(long value, long called, long answered) {
    writes.called(KEY, value, called);
    writes.answered(KEY, value, answered);
  }

  private List<String> lost(long value, long now) throws Exception {
    LastWrites.Compared compared = writes.compare(_ -> value, now);
    assertEquals(1, compared.values());
    return compared.lost();
  }

  @Test
  void theLastAcknowledgedValueMustBeThere() throws Exception {
    write(1, 10, 20);
    write(2, 30, 40);
    assertEquals(List.of(), lost(2, 100));
  }

  @Test
  void anEarlierOneIsALoss() throws Exception {
    write(1, 10, 20);
    write(2, 30, 40);
    assertEquals(List.of("register-0-1 holds 1 instead of [2]"), lost(1, 100));
  }

  @Test
  void nothingIsALossIfAWriteWasAcknowledged() throws Exception {
    write(1, 10, 20);
    assertEquals(
        List.of("register-0-1 holds nothing instead of [1]"), lost(Operation.NOTHING, 100));
  }

  @Test
  void aWriteWithoutAnAnswerMayBeThereOrNot() throws Exception {
    write(1, 10, 20);
    writes.called(KEY, 2, 30);
    assertEquals(List.of(), lost(2, 100));
  }

  @Test
  void whatItMayHaveOverwrittenMayStillBeThere() throws Exception {
    write(1, 10, 20);
    writes.called(KEY, 2, 30);
    assertEquals(List.of(), lost(1, 100));
  }

  @Test
  void aWriteThatNobodyHasHeardOfMayBeMissing() throws Exception {
    writes.called(KEY, 1, 10);
    assertEquals(List.of(), lost(Operation.NOTHING, 100));
  }

  @Test
  void ofWritesAtOneTimeEitherMayBeTheLast() throws Exception {
    writes.called(KEY, 1, 10);
    writes.called(KEY, 2, 15);
    writes.answered(KEY, 1, 20);
    writes.answered(KEY, 2, 30);
    assertEquals(List.of(), lost(1, 100));
    write(3, 110, 120);
    assertEquals(List.of("register-0-1 holds 2 instead of [3]"), lost(2, 200));
  }

  @Test
  void aValueThatWasReadIsCertain() throws Exception {
    write(1, 10, 20);
    writes.called(KEY, 2, 30);
    writes.wasRead(KEY, 2, 40);
    assertEquals(List.of("register-0-1 holds 1 instead of [2]"), lost(1, 100));
  }

  @Test
  void aWriteThatAColdStartHasNotShownComesNoMore() throws Exception {
    write(1, 10, 20);
    writes.called(KEY, 2, 30);
    assertEquals(List.of(), lost(1, 100));
    assertEquals(List.of("register-0-1 holds 2 instead of [1]"), lost(2, 200));
  }

  @Test
  void whatWasFoundMustBeThereTheNextTime() throws Exception {
    write(1, 10, 20);
    writes.called(KEY, 2, 30);
    assertEquals(List.of(), lost(2, 100));
    assertEquals(List.of("register-0-1 holds 1 instead of [2]"), lost(1, 200));
  }

  @Test
  void everyKeyIsComparedAndALossIsCountedOnce() throws Exception {
    writes.called("a", 1, 10);
    writes.answered("a", 1, 20);
    writes.called("b", 2, 10);
    writes.answered("b", 2, 20);
    Map<String, Long> held = Map.of("a", 1L, "b", 7L);
    LastWrites.Compared first = writes.compare(key -> held.getOrDefault(key, 0L), 100);
    LastWrites.Compared both = first.and(writes.compare(key -> held.getOrDefault(key, 0L), 200));
    assertEquals(4, both.values());
    assertEquals(List.of("b holds 7 instead of [2]"), both.lost());
    assertEquals(
        List.of(
            "1 acknowledged values lost to double failures, the first: b holds 7 instead of [2]"),
        both.complaints());
  }
}
