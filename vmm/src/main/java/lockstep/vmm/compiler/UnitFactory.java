package lockstep.vmm.compiler;

import java.lang.invoke.MethodHandles;
import java.lang.reflect.InvocationTargetException;
import lockstep.vmm.machine.hart.CompiledUnit;
import lockstep.vmm.machine.hart.UnitCompiler.Request;
import lockstep.vmm.machine.hart.UnitCompiler.Result;

/** From a request to a unit, on whatever thread. */
final class UnitFactory {
  private UnitFactory() {}

  static Result compile(Request request, int instructionsMax) {
    Region region = Region.discover(request.code(), request.entrySlot(), instructionsMax);
    CompiledUnit unit = UnitWriter.isTrivial(region) ? null : define(UnitWriter.write(region));
    return new Result(request, unit, region.covered());
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
