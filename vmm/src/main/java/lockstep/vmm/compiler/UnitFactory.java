package lockstep.vmm.compiler;

import java.lang.invoke.MethodHandles;
import java.lang.reflect.InvocationTargetException;
import lockstep.vmm.machine.hart.CompiledUnit;
import lockstep.vmm.machine.hart.UnitCompiler.Request;
import lockstep.vmm.machine.hart.UnitCompiler.Result;
import org.jspecify.annotations.Nullable;

/** From a request to a unit, on whatever thread. */
final class UnitFactory {
  private UnitFactory() {}

  static Result compile(Request request, int instructionsMax, Counting counting) {
    Region region = Region.discover(request.code(), request.entrySlot(), instructionsMax);
    return new Result(request, unit(region, counting), region.covered());
  }

  /** Null if the region is nothing worth, or too large for a method: both are interpreted. */
  private static @Nullable CompiledUnit unit(Region region, Counting counting) {
    if (UnitWriter.isTrivial(region)) {
      return null;
    }
    try {
      return define(UnitWriter.write(region, counting));
    } catch (IllegalArgumentException tooLarge) {
      return null;
    }
  }

  /** A hidden class: it goes when its unit does. */
  private static CompiledUnit define(byte[] classFile) {
    try {
      return (CompiledUnit)
          MethodHandles.lookup()
              .defineHiddenClass(classFile, true)
              .lookupClass()
              .getDeclaredConstructor()
              .newInstance();
    } catch (InstantiationException
        | IllegalAccessException
        | InvocationTargetException
        | NoSuchMethodException e) {
      throw new LinkageError("a unit as it was just written", e);
    }
  }
}
