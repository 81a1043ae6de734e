package lockstep.vmm.machine.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * Memory of the host for a guest's RAM: zero, and on Linux in huge pages where the host has them to
 * give. Those spare the host's TLB, and let the host end a killed process in a fraction of the
 * time: only then does it close the connections by which the others see that death. Nothing is
 * taken from the host before it is written to.
 */
final class HostPages {
  private static final long HUGE_PAGE_BYTES = 2 << 20;

  // <sys/mman.h>
  private static final int PROT_READ_WRITE = 1 | 2;
  private static final int MAP_PRIVATE_ANONYMOUS = 2 | 0x20;
  private static final int MADV_HUGEPAGE = 14;
  private static final long MAP_FAILED = -1;

  /** Empty where the system is not Linux. */
  private static final Optional<Calls> CALLS = Calls.find();

  private record Calls(MethodHandle mmap, MethodHandle munmap, MethodHandle madvise) {

    static Optional<Calls> find() {
      if (!System.getProperty("os.name", "").equals("Linux")) {
        return Optional.empty();
      }
      var address = ValueLayout.JAVA_LONG;
      var size = ValueLayout.JAVA_LONG;
      var word = ValueLayout.JAVA_INT;
      return Optional.of(
          new Calls(
              call("mmap", FunctionDescriptor.of(address, address, size, word, word, word, size)),
              call("munmap", FunctionDescriptor.of(word, address, size)),
              call("madvise", FunctionDescriptor.of(word, address, size, word))));
    }

    private static MethodHandle call(String name, FunctionDescriptor type) {
      Linker linker = Linker.nativeLinker();
      return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), type);
    }
  }

  private HostPages() {}

  /** Memory of {@code bytes}, aligned to pages, that goes with the last reference to it. */
  static MemorySegment allocate(long bytes) {
    if (CALLS.isEmpty() || bytes < HUGE_PAGE_BYTES) {
      return Arena.ofAuto().allocate(bytes, PhysicalMemory.PAGE_BYTES);
    }
    return map(CALLS.get(), bytes);
  }

  private static MemorySegment map(Calls calls, long bytes) {
    long mappedBytes = bytes + HUGE_PAGE_BYTES; // so that it can be aligned
    try {
      long mapped =
          (long)
              calls.mmap.invokeExact(
                  0L, mappedBytes, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0L);
      if (mapped == MAP_FAILED) {
        throw new OutOfMemoryError("the host has no " + bytes + " bytes for the guest's RAM");
      }
      long aligned = (mapped + HUGE_PAGE_BYTES - 1) & -HUGE_PAGE_BYTES;
      // A hint; a host without huge pages does as well without.
      var _ = (int) calls.madvise.invokeExact(aligned, bytes, MADV_HUGEPAGE);
      return MemorySegment.ofAddress(aligned)
          .reinterpret(bytes, Arena.ofAuto(), _ -> unmap(calls, mapped, mappedBytes));
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  private static void unmap(Calls calls, long mapped, long mappedBytes) {
    try {
      var _ = (int) calls.munmap.invokeExact(mapped, mappedBytes);
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}
