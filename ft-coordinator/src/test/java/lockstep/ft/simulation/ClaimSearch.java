package lockstep.ft.simulation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Searches every interleaving of a {@link ClaimModel}, breadth first: every order in which messages
 * can arrive, channels break, processes crash and the arbiter restarts, within the model's budget.
 *
 * <p>A replica can't be copied, so a state is reached by doing again what led to it; states that
 * look alike from outside (what the replicas tell, what is under way) are taken for one.
 */
final class ClaimSearch {
  /** How a state was reached. */
  private record Path(Optional<Path> before, int action, int length) {
    static final Path START = new Path(Optional.empty(), -1, 0);

    List<Integer> actions() {
      List<Integer> all = new ArrayList<>();
      Path at = this;
      while (at.before.isPresent()) {
        all.add(at.action);
        at = at.before.get();
      }
      return all.reversed();
    }
  }

  /**
   * @param states that were told apart
   * @param steps from one to the next
   * @param ends states in which nothing can happen any more, unless something breaks
   * @param isComplete whether nothing is left
   */
  record Result(int states, long steps, int ends, int longest, boolean isComplete) {}

  private ClaimSearch() {}

  /**
   * @throws Checker.Violation if something happens that must not; names the way there
   */
  static Result search(ClaimModel.Budget budget, ClaimModel.Break broken, int statesMax) {
    Set<String> seen = new HashSet<>();
    ArrayDeque<Path> open = new ArrayDeque<>();
    open.add(Path.START);
    seen.add(new ClaimModel(budget, broken).fingerprint());
    long steps = 0;
    int ends = 0;
    int longest = 0;
    while (!open.isEmpty() && seen.size() < statesMax) {
      Path path = open.removeFirst();
      longest = Math.max(longest, path.length);
      List<Integer> actions = path.actions();
      List<ClaimModel.Choice> choices = again(budget, broken, actions).choices();
      if (choices.stream().noneMatch(ClaimModel.Choice::expected)) {
        ends++;
        checkEnd(budget, broken, actions);
      }
      for (int choice = 0; choice < choices.size(); choice++) {
        ClaimModel model = again(budget, broken, actions);
        String what = model.choices().get(choice).name();
        try {
          model.choices().get(choice).action().run();
          model.check();
        } catch (Checker.Violation | IllegalStateException e) {
          throw new Checker.Violation(
              e.getMessage() + " after " + tell(budget, broken, actions) + what);
        }
        steps++;
        if (seen.add(model.fingerprint())) {
          open.addLast(new Path(Optional.of(path), choice, path.length + 1));
        }
      }
    }
    return new Result(seen.size(), steps, ends, longest, open.isEmpty());
  }

  private static void checkEnd(
      ClaimModel.Budget budget, ClaimModel.Break broken, List<Integer> actions) {
    try {
      again(budget, broken, actions).checkEnd();
    } catch (Checker.Violation e) {
      throw new Checker.Violation(e.getMessage() + " after " + tell(budget, broken, actions));
    }
  }

  private static ClaimModel again(
      ClaimModel.Budget budget, ClaimModel.Break broken, List<Integer> actions) {
    ClaimModel model = new ClaimModel(budget, broken);
    for (int action : actions) {
      model.choices().get(action).action().run();
    }
    return model;
  }

  private static String tell(
      ClaimModel.Budget budget, ClaimModel.Break broken, List<Integer> actions) {
    StringBuilder story = new StringBuilder();
    ClaimModel model = new ClaimModel(budget, broken);
    for (int action : actions) {
      ClaimModel.Choice choice = model.choices().get(action);
      story.append(choice.name()).append("; ");
      choice.action().run();
    }
    return story.toString();
  }
}
