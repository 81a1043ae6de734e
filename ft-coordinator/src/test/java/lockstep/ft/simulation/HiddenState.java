package lockstep.ft.simulation;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import lockstep.ft.machine.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * Tells one object from another by all that they hold, also what they show nobody: every field, and
 * what it leads to. Two that hold the same do the same from then on.
 *
 * <p>Left out is what decides nothing where it is used, and would tell apart what is alike.
 */
final class HiddenState {
  /** Where two states are told apart by 128 bits, none is taken for another. */
  record Digest(long high, long low) {}

  /** What is looked at in the objects of a class. */
  private record Shape(String name, boolean isFunction, boolean isRecord, List<Field> fields) {}

  private static final Map<Class<?>, Shape> SHAPES = new ConcurrentHashMap<>();

  private final Set<String> leftOut;
  private final StringBuilder told = new StringBuilder();
  private final IdentityHashMap<Object, Integer> seen = new IdentityHashMap<>();

  private HiddenState(Set<String> leftOut) {
    this.leftOut = leftOut;
  }

  /**
   * @param leftOut simple names of classes whose objects are not looked into
   */
  static Digest of(List<?> roots, Set<String> leftOut) {
    HiddenState state = new HiddenState(leftOut);
    state.tell(roots);
    long high = 1;
    long low = 2;
    for (int i = 0; i < state.told.length(); i++) {
      high = ToyMachine.mix(high * 31 + state.told.charAt(i));
      low = low * 0x100000001b3L ^ ToyMachine.mix(low + state.told.charAt(i));
    }
    return new Digest(high, low);
  }

  private void tell(@Nullable Object value) {
    switch (value) {
      case null -> told.append('-');
      case String text -> told.append('"').append(text).append('"');
      case Number number -> told.append(number);
      case Boolean flag -> told.append(flag);
      case Enum<?> constant -> told.append(constant.name());
      case byte[] bytes -> told.append(Arrays.toString(bytes));
      case long[] longs -> told.append(Arrays.toString(longs));
      case int[] ints -> told.append(Arrays.toString(ints));
      case Bytes bytes -> told.append(Arrays.toString(bytes.array()));
      case Optional<?> optional -> optional.ifPresentOrElse(this::tell, () -> told.append('-'));
      case OptionalLong optional -> told.append(optional);
      case Collection<?> all -> tellAll(all);
      case Map<?, ?> map -> {
        tellAll(map.keySet());
        tellAll(map.values());
      }
      default -> tellObject(value);
    }
    told.append(' ');
  }

  private void tellAll(Collection<?> all) {
    told.append(all.size()).append('[');
    all.forEach(this::tell);
    told.append(']');
  }

  private void tellObject(Object value) {
    Shape shape = SHAPES.computeIfAbsent(value.getClass(), HiddenState::shapeOf);
    if (shape.isFunction || leftOut.contains(shape.name)) {
      return;
    }
    if (!shape.isRecord) {
      Integer before = seen.putIfAbsent(value, seen.size());
      if (before != null) {
        told.append('#').append(before);
        return;
      }
    }
    told.append(shape.name).append('{');
    for (Field field : shape.fields) {
      try {
        tell(field.get(value));
      } catch (IllegalAccessException e) {
        throw new IllegalStateException("can't look into " + field, e);
      }
    }
    told.append('}');
  }

  private static Shape shapeOf(Class<?> type) {
    List<Field> fields = new ArrayList<>();
    if (!type.isHidden()) {
      if (!type.getName().startsWith("lockstep.")) {
        throw new IllegalArgumentException("nobody knows how to look into a " + type);
      }
      for (Field field : type.getDeclaredFields()) {
        if (!Modifier.isStatic(field.getModifiers())) {
          field.setAccessible(true);
          fields.add(field);
        }
      }
    }
    return new Shape(type.getSimpleName(), type.isHidden(), type.isRecord(), fields);
  }
}
