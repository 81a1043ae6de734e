package lockstep.vmm.compiler;

import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Field;

/**
 * How compiled code gets at memory: the guest's by host address, the hart's registers and TLB by
 * their distance from an array's beginning. Through the JDK's {@code Unsafe}, whose accesses are
 * single instructions to both of the JVM's compilers.
 *
 * <p>The interpreter does without, by {@code java.lang.foreign}. That is as fast once C2 has
 * compiled it; but much of a guest's code only ever gets to C1, which does not see through the
 * layers of a {@code MemorySegment}: there it is 3 to 5 times slower.
 *
 * <p>There are two of the name. {@code sun.misc.Unsafe} is open to everybody, by two or three
 * methods around that of {@code jdk.internal.misc.Unsafe}. A guest's load has three accesses, so
 * that was most of what the JVM's compilers had to do for a unit; and C1's code, while it gathers
 * the profile for C2, counts each call that it has inlined. So the inner one is used where the JVM
 * was started with {@code --add-exports java.base/jdk.internal.misc=ALL-UNNAMED}; and the outer one
 * elsewhere, with {@code --sun-misc-unsafe-memory-access=allow} to keep the JVM from warning.
 */
final class HostAccess {
  private static final ClassDesc HERE = UnitCode.desc(HostAccess.class);

  /** A class made at run time, so that it can have a constant of a type that javac refuses. */
  private static final ClassDesc CONSTANTS =
      ClassDesc.of(HostAccess.class.getPackageName(), "HostAccessConstants");

  private static final Object ACCESS = access();

  /** What {@link #push} pushes. */
  static final ClassDesc TYPE = UnitCode.desc(ACCESS.getClass());

  /** Where in an array of longs its first element is, as {@link #TYPE} counts. */
  static final long LONGS_AT = longsAt();

  static {
    defineConstants();
  }

  private HostAccess() {}

  /** Pushes the object that has the accesses: to the JVM's compilers it is a constant. */
  static void push(CodeBuilder code) {
    code.getstatic(CONSTANTS, "ACCESS", TYPE);
  }

  private static void defineConstants() {
    MethodTypeDesc get = MethodTypeDesc.of(ConstantDescs.CD_Object);
    byte[] classFile =
        ClassFile.of()
            .build(
                CONSTANTS,
                type ->
                    type.withFlags(ClassFile.ACC_FINAL | ClassFile.ACC_SUPER)
                        .withField("ACCESS", TYPE, ClassFile.ACC_STATIC | ClassFile.ACC_FINAL)
                        .withMethodBody(
                            ConstantDescs.CLASS_INIT_NAME,
                            ConstantDescs.MTD_void,
                            ClassFile.ACC_STATIC,
                            code ->
                                code.invokestatic(HERE, "get", get)
                                    .checkcast(TYPE)
                                    .putstatic(CONSTANTS, "ACCESS", TYPE)
                                    .return_()));
    try {
      MethodHandles.Lookup here = MethodHandles.lookup();
      here.ensureInitialized(here.defineClass(classFile));
    } catch (IllegalAccessException e) {
      throw new LinkageError("a class of this package, as it was just written", e);
    }
  }

  /** For the constant's class. */
  static Object get() {
    return ACCESS;
  }

  private static long longsAt() {
    try {
      Object at =
          ACCESS.getClass().getMethod("arrayBaseOffset", Class.class).invoke(ACCESS, long[].class);
      return ((Number) at).longValue();
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("this JVM has no access to arrays by offset", e);
    }
  }

  private static Object access() {
    try {
      if (Object.class.getModule().isExported("jdk.internal.misc", HostAccess.class.getModule())) {
        return Class.forName("jdk.internal.misc.Unsafe").getMethod("getUnsafe").invoke(null);
      }
      Field field = Class.forName("sun.misc.Unsafe").getDeclaredField("theUnsafe");
      field.setAccessible(true);
      return field.get(null);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("this JVM has no access to memory by address", e);
    }
  }
}
