package lockstep.vmm.compiler;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The side exits of a unit, gathered while it is written and written at its end.
 *
 * <p>Each writes back the registers that may have changed on the way there, and no others: those
 * need not be kept for it. Exits with the same such set share the code, which goes on at that of a
 * smaller set, and so on: so there is little code, and little that meets in one place. All exits
 * meeting in one, with all registers, was half of what C1 had to do for a unit.
 */
final class SideExits {
  /** What the hart gets to know: where it goes on, and the steps of the block before that. */
  record Exit(Label label, int slot, int steps) {}

  /** Integer and floating-point registers, by bits. */
  private record Dirty(int x, int f) {
    int size() {
      return Integer.bitCount(x) + Integer.bitCount(f);
    }

    boolean isSubsetOf(Dirty other) {
      return (x & ~other.x) == 0 && (f & ~other.f) == 0;
    }
  }

  /** The exits of one set, and the label of its code. */
  private record Group(Dirty dirty, Label label, List<Exit> exits) {}

  /** Writes a set of registers back. */
  interface Spill {
    void write(int x, int f);
  }

  private final Map<Dirty, Group> groups = new HashMap<>();

  boolean isEmpty() {
    return groups.isEmpty();
  }

  /** The label to jump to, with nothing on the stack. */
  Label at(CodeBuilder code, int slot, int steps, int dirtyX, int dirtyF) {
    Group group =
        groups.computeIfAbsent(
            new Dirty(dirtyX, dirtyF),
            dirty -> new Group(dirty, code.newLabel(), new ArrayList<>()));
    for (Exit exit : group.exits.reversed()) {
      if (exit.slot == slot && exit.steps == steps) {
        return exit.label;
      }
    }
    Exit exit = new Exit(code.newLabel(), slot, steps);
    group.exits.add(exit);
    return exit.label;
  }

  /**
   * Writes them, so that control goes on behind with all registers written back.
   *
   * @param remember writes code that keeps what the hart gets to know
   */
  void write(CodeBuilder code, Consumer<Exit> remember, Spill spill) {
    Label end = code.newLabel();
    List<Group> largestFirst =
        groups.values().stream()
            .sorted(
                Comparator.comparingInt((Group group) -> -group.dirty.size())
                    .thenComparingInt(group -> group.exits.getFirst().slot))
            .toList();
    for (int i = 0; i < largestFirst.size(); i++) {
      Group group = largestFirst.get(i);
      writeExits(code, group, remember);
      code.labelBinding(group.label);
      List<Group> smaller = largestFirst.subList(i + 1, largestFirst.size());
      Group next = largestWithin(group, smaller);
      if (next != null) {
        spill.write(group.dirty.x & ~next.dirty.x, group.dirty.f & ~next.dirty.f);
        code.goto_(next.label);
      } else {
        spill.write(group.dirty.x, group.dirty.f);
        if (!smaller.isEmpty()) {
          code.goto_(end);
        }
      }
    }
    code.labelBinding(end);
  }

  private static void writeExits(CodeBuilder code, Group group, Consumer<Exit> remember) {
    for (int i = 0; i < group.exits.size(); i++) {
      Exit exit = group.exits.get(i);
      code.labelBinding(exit.label);
      remember.accept(exit);
      if (i + 1 < group.exits.size()) {
        code.goto_(group.label);
      }
    }
  }

  private static @Nullable Group largestWithin(Group group, List<Group> smaller) {
    for (Group other : smaller) {
      if (other.dirty.isSubsetOf(group.dirty)) {
        return other;
      }
    }
    return null;
  }
}
