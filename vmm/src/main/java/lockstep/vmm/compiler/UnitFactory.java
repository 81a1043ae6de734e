package lockstep.vmm.compiler;

import java.lang.invoke.MethodHandles;
import java.lang.reflect.InvocationTargetException;
import lockstep.vmm.machine.hart.CompiledUnit;
import lockstep.vmm.machine.hart.UnitCompiler.Request;
import lockstep.vmm.machine.hart.UnitCompiler.Result;

/** From a request to a unit, on whatever thread. */
final class UnitFactory {
  private UnitFactory() {}

  /**
   * A unit, or none, and what it is.
   *
   * @param classFileBytes size of the unit's class file; 0 without a unit
   */
  record Made(Result result, int classFileBytes) {}

  static Made compile(Request request, int instructionsMax, Counting counting) {
    Region region =
        Region.discover(request.code(), request.reached(), request.entrySlot(), instructionsMax);
    byte[] classFile = classFile(region, counting);
    CompiledUnit unit = classFile.length == 0 ? null : define(classFile);
    return new Made(new Result(request, unit, region.covered()), classFile.length);
  }

  /** Empty if the region is nothing worth, or too large for a method: both are interpreted. */
  private static byte[] classFile(Region region, Counting counting) {
    if (UnitWriter.isTrivial(region)) {
      return new byte[0];
    }
    try {
      return UnitWriter.write(region, counting);
    } catch (IllegalArgumentException tooLarge) {
      return new byte[0];
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
