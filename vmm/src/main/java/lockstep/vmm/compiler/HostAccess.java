package lockstep.vmm.compiler;

import java.lang.constant.ClassDesc;
import java.lang.reflect.Field;

/**
 * How compiled code gets at the guest's memory: by host address, through the JDK's {@code
 * sun.misc.Unsafe}.
 *
 * <p>The interpreter does without, by {@code java.lang.foreign}. That is as fast once C2 has
 * compiled it; but much of a guest's code only ever gets to C1, which does not see through the
 * layers of a {@code MemorySegment}: there it is 3 to 5 times slower. The flag {@code
 * --sun-misc-unsafe-memory-access=allow} keeps the JVM from warning.
 */
final class HostAccess {
  static final ClassDesc TYPE = ClassDesc.of("sun.misc.Unsafe");

  /**
   * Of {@link #TYPE}; not declared so, because javac would warn of a type that is the JDK's own.
   */
  static final Object ACCESS = access();

  /** Where in an array of longs its first element is, as {@link #TYPE} counts. */
  static final long LONGS_AT = longsAt();

  private HostAccess() {}

  private static long longsAt() {
    try {
      Class<?> type = ACCESS.getClass();
      return (int) type.getMethod("arrayBaseOffset", Class.class).invoke(ACCESS, long[].class);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("this JVM has no access to arrays by offset", e);
    }
  }

  private static Object access() {
    try {
      Field field = Class.forName("sun.misc.Unsafe").getDeclaredField("theUnsafe");
      field.setAccessible(true);
      return field.get(null);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("this JVM has no access to memory by address", e);
    }
  }
}
