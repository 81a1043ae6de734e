package lockstep.ft.history;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class RegisterCheckerTest {

  private static Operation write(long value, long called, long answered) {
    return new Operation("k", true, value, called, answered);
  }

  private static Operation read(long value, long called, long answered) {
    return new Operation("k", false, value, called, answered);
  }

  private static boolean linearizable(Operation... operations) {
    return RegisterChecker.isLinearizable(List.of(operations));
  }

  @Test
  void whatOneClientReadsIsWhatItWroteLast() {
    assertTrue(linearizable(write(1, 0, 1), read(1, 2, 3), write(2, 4, 5), read(2, 6, 7)));
    assertFalse(linearizable(write(1, 0, 1), write(2, 2, 3), read(1, 4, 5)));
  }

  @Test
  void aKeyThatWasNotWrittenHoldsNothing() {
    assertTrue(linearizable(read(Operation.NOTHING, 0, 1), write(1, 2, 3)));
    assertFalse(linearizable(write(1, 0, 1), read(Operation.NOTHING, 2, 3)));
  }

  @Test
  void whatOverlapsMayHaveHappenedInEitherOrder() {
    assertTrue(linearizable(write(1, 0, 10), write(2, 1, 9), read(1, 11, 12)));
    assertTrue(linearizable(write(1, 0, 10), write(2, 1, 9), read(2, 11, 12)));
    assertTrue(linearizable(write(1, 0, 10), read(Operation.NOTHING, 1, 2), read(1, 3, 4)));
  }

  @Test
  void nobodyReadsAnOldValueOnceSomebodyHasReadANewOne() {
    assertFalse(linearizable(write(1, 0, 1), write(2, 2, 20), read(2, 3, 4), read(1, 5, 6)));
  }

  @Test
  void aWriteWithoutAnAnswerMayHaveHappenedLateOrNever() {
    Operation unknown = write(2, 2, Operation.NEVER);
    assertTrue(linearizable(write(1, 0, 1), unknown, read(1, 3, 4)));
    assertTrue(linearizable(write(1, 0, 1), unknown, read(1, 3, 4), read(2, 50, 60)));
    assertFalse(linearizable(write(1, 0, 1), unknown, read(2, 3, 4), read(1, 5, 6)));
  }

  @Test
  void manyWritesWithoutAnAnswerAreCheckedAtOnce() {
    List<Operation> operations = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      operations.add(write(i, i, Operation.NEVER));
    }
    operations.add(read(7, 2_000, 2_001));
    operations.add(read(500, 2_002, 2_003));
    assertTrue(RegisterChecker.isLinearizable(operations));
    operations.add(read(7, 2_004, 2_005));
    assertFalse(RegisterChecker.isLinearizable(operations));
  }

  @Test
  void noValueIsWrittenTwice() {
    assertThrows(
        IllegalArgumentException.class, () -> linearizable(write(1, 0, 1), write(1, 2, 3)));
  }

  @Test
  void aLostWriteIsFound() {
    assertFalse(
        linearizable(write(1, 0, 1), write(2, 2, 3), read(1, 4, 5), write(3, 6, 7), read(3, 8, 9)));
  }

  @Test
  void whatARealRegisterAnsweredToManyIsLinearizableAndALieAmongItIsNot() {
    for (int seed = 0; seed < 2_000; seed++) {
      List<Operation> honest = histories(new Random(seed));
      assertTrue(RegisterChecker.isLinearizable(honest), "seed " + seed);
      assertEquals(naive(honest), RegisterChecker.isLinearizable(honest), "seed " + seed);
      List<Operation> doubtful = withALie(honest, new Random(seed));
      assertEquals(naive(doubtful), RegisterChecker.isLinearizable(doubtful), "seed " + seed);
    }
  }

  /** Operations of seven calls, each taking effect at a random moment between call and answer. */
  private static List<Operation> histories(Random random) {
    record Moment(long at, boolean write, long value, long called, long answered) {}
    List<Moment> moments = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      long called = random.nextInt(40);
      long at = called + 1 + random.nextInt(15);
      moments.add(
          new Moment(at * 100 + i, random.nextBoolean(), i, called * 100, (at + 1) * 100 + 1500));
    }
    moments.sort((a, b) -> Long.compare(a.at(), b.at()));
    List<Operation> operations = new ArrayList<>();
    long value = Operation.NOTHING;
    for (Moment moment : moments) {
      value = moment.write() ? moment.value() : value;
      operations.add(new Operation("k", moment.write(), value, moment.called(), moment.answered()));
    }
    return operations;
  }

  private static List<Operation> withALie(List<Operation> operations, Random random) {
    List<Operation> changed = new ArrayList<>(operations);
    for (int i = 0; i < changed.size(); i++) {
      Operation operation = changed.get(i);
      if (!operation.write()) {
        changed.set(i, read(random.nextInt(7), operation.calledNanos(), operation.answeredNanos()));
      }
    }
    return changed;
  }

  /** Tries every order. */
  private static boolean naive(List<Operation> left) {
    return naive(left, Operation.NOTHING);
  }

  private static boolean naive(List<Operation> left, long value) {
    if (left.isEmpty()) {
      return true;
    }
    for (Operation next : left) {
      boolean first = left.stream().noneMatch(other -> other.answeredNanos() < next.calledNanos());
      if (first && (next.write() || next.value() == value)) {
        List<Operation> rest = new ArrayList<>(left);
        rest.remove(next);
        if (naive(rest, next.write() ? next.value() : value)) {
          return true;
        }
      }
    }
    return false;
  }
}
