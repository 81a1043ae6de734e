package lockstep.tools.history;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Whether operations on one register are linearizable: whether they can be put into an order in
 * which each takes effect between its call and its answer, and every read returns what was written
 * last.
 *
 * <p>A search over configurations: which operations have taken effect, and the value since. One may
 * take effect next if no other that has not was answered before it was called. Configurations seen
 * once are not searched again, so a history of few clients is checked in about linear time.
 */
final class RegisterChecker {
  private final List<Operation> operations;

  private record Configuration(BitSet done, long value) {}

  private RegisterChecker(List<Operation> operations) {
    this.operations =
        operations.stream().sorted(Comparator.comparingLong(Operation::calledNanos)).toList();
  }

  static boolean isLinearizable(List<Operation> operations) {
    return new RegisterChecker(operations).search();
  }

  private boolean search() {
    Set<Configuration> seen = new HashSet<>();
    Deque<Configuration> open = new ArrayDeque<>();
    Configuration first = new Configuration(new BitSet(), Operation.NOTHING);
    seen.add(first);
    open.push(first);
    while (!open.isEmpty()) {
      Configuration configuration = open.pop();
      if (isComplete(configuration)) {
        return true;
      }
      for (Configuration next : successors(configuration)) {
        if (seen.add(next)) {
          open.push(next);
        }
      }
    }
    return false;
  }

  private boolean isComplete(Configuration configuration) {
    for (int i = configuration.done().nextClearBit(0);
        i < operations.size();
        i = configuration.done().nextClearBit(i + 1)) {
      if (operations.get(i).isAnswered()) {
        return false;
      }
    }
    return true;
  }

  private List<Configuration> successors(Configuration configuration) {
    List<Configuration> successors = new ArrayList<>();
    long firstAnswer = Operation.NEVER;
    // In the order of their calls: once an answer lies behind, no later call may come first.
    for (int i = configuration.done().nextClearBit(0);
        i < operations.size() && operations.get(i).calledNanos() <= firstAnswer;
        i = configuration.done().nextClearBit(i + 1)) {
      Operation operation = operations.get(i);
      firstAnswer = Math.min(firstAnswer, operation.answeredNanos());
      if (operation.write() || operation.value() == configuration.value()) {
        BitSet done = (BitSet) configuration.done().clone();
        done.set(i);
        successors.add(
            new Configuration(done, operation.write() ? operation.value() : configuration.value()));
      }
    }
    return successors;
  }
}
