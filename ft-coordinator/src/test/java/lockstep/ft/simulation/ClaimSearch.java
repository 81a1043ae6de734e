package lockstep.ft.simulation;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Searches every interleaving of a {@link ClaimModel}, breadth first: every order in which messages
 * can arrive, channels break, processes crash and the arbiter restarts, within the model's budget.
 *
 * <p>A replica can't be copied, so a state is reached by doing again what led to it. Two are taken
 * for one only if all is alike in them, also what the replicas hide ({@link HiddenState}).
 */
final class ClaimSearch {
  /** How a state was reached. */
  private record Path(Optional<Path> before, Optional<ClaimModel.Choice> last, int length) {
    static final Path START = new Path(Optional.empty(), Optional.empty(), 0);

    Path then(ClaimModel.Choice choice) {
      return new Path(Optional.of(this), Optional.of(choice), length + 1);
    }

    List<ClaimModel.Choice> choices() {
      List<ClaimModel.Choice> all = new ArrayList<>();
      for (Path at = this; at.before.isPresent(); at = at.before.get()) {
        at.last.ifPresent(all::add);
      }
      return all.reversed();
    }
  }

  /** A state, and the way there. */
  private record Reached(HiddenState.Digest state, Path path) {}

  /**
   * What can follow a state.
   *
   * @param isEnd nothing, unless something breaks
   */
  private record Expanded(List<Reached> next, boolean isEnd) {}

  /**
   * @param states that were told apart
   * @param steps from one to the next
   * @param ends states in which nothing can happen any more, unless something breaks
   * @param isComplete whether nothing is left
   */
  record Result(int states, long steps, int ends, int longest, boolean isComplete) {}

  private final ClaimModel.Budget budget;
  private final ClaimModel.Break broken;

  private ClaimSearch(ClaimModel.Budget budget, ClaimModel.Break broken) {
    this.budget = budget;
    this.broken = broken;
  }

  /**
   * @throws Checker.Violation if something happens that must not; names the way there
   */
  static Result search(ClaimModel.Budget budget, ClaimModel.Break broken, int statesMax) {
    return new ClaimSearch(budget, broken).search(statesMax);
  }

  private Result search(int statesMax) {
    Set<HiddenState.Digest> seen = new HashSet<>();
    List<Path> level = List.of(Path.START);
    seen.add(again(Path.START).fingerprint());
    long steps = 0;
    int ends = 0;
    int longest = 0;
    while (!level.isEmpty() && seen.size() < statesMax) {
      longest = level.getFirst().length;
      List<Path> following = new ArrayList<>();
      for (Expanded expanded : level.parallelStream().map(this::expand).toList()) {
        ends += expanded.isEnd ? 1 : 0;
        steps += expanded.next.size();
        for (Reached reached : expanded.next) {
          if (seen.add(reached.state)) {
            following.add(reached.path);
          }
        }
      }
      level = following;
    }
    return new Result(seen.size(), steps, ends, longest, level.isEmpty());
  }

  private Expanded expand(Path path) {
    ClaimModel here = again(path);
    List<ClaimModel.Choice> choices = here.choices();
    boolean isEnd = choices.stream().noneMatch(ClaimModel.Choice::expected);
    if (isEnd) {
      judge(here::checkEnd, path);
    }
    List<Reached> next = new ArrayList<>();
    for (ClaimModel.Choice choice : choices) {
      ClaimModel model = again(path);
      Path longer = path.then(choice);
      judge(
          () -> {
            choice.action().accept(model);
            model.check();
          },
          longer);
      next.add(new Reached(model.fingerprint(), longer));
    }
    return new Expanded(next, isEnd);
  }

  private static void judge(Runnable check, Path path) {
    try {
      check.run();
    } catch (RuntimeException e) {
      StringBuilder story = new StringBuilder();
      path.choices().forEach(choice -> story.append(choice.name()).append("; "));
      throw new Checker.Violation(
          (e instanceof Checker.Violation ? e.getMessage() : e) + " after " + story);
    }
  }

  private ClaimModel again(Path path) {
    ClaimModel model = new ClaimModel(budget, broken);
    path.choices().forEach(choice -> choice.action().accept(model));
    return model;
  }
}
