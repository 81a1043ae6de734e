package lockstep.benchmarks.micro;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.BitSet;
import lockstep.vmm.compiler.GuestCompiler;
import lockstep.vmm.machine.hart.UnitCompiler;
import lockstep.vmm.machine.hart.UnitCompiler.Request;
import lockstep.vmm.machine.memory.PhysicalMemory;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;

/**
 * From guest code to a class that the JVM has loaded, an instruction; what the JVM's own compilers
 * take comes later and is more.
 */
public class TranslateBenchmark extends CostCentre {
  private static final int INSTRUCTIONS = 128;
  private static final int RETURN = 0x0000_8067;

  private static final int[] KINDS = {
    0x0015_0513, // addi a0, a0, 1
    0x0085_2603, // lw a2, 8(a0)
    0x02b6_073b, // mulw a4, a2, a1
    0x00b5_3823, // sd a1, 16(a0)
    0x4077_5793, // srai a5, a4, 7
  };

  private final UnitCompiler compiler = GuestCompiler.eager(INSTRUCTIONS);
  private final Request request = new Request(0, 0, page(), all());

  private static BitSet all() {
    BitSet slots = new BitSet();
    slots.set(0, PhysicalMemory.PAGE_BYTES / 2);
    return slots;
  }

  private static byte[] page() {
    byte[] page = new byte[PhysicalMemory.PAGE_BYTES];
    ByteBuffer code = ByteBuffer.wrap(page).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 1; i < INSTRUCTIONS; i++) {
      code.putInt(KINDS[i % KINDS.length]);
    }
    code.putInt(RETURN);
    return page;
  }

  /** An instruction. */
  @Benchmark
  @OperationsPerInvocation(INSTRUCTIONS)
  public UnitCompiler.@Nullable Result translate() {
    compiler.offer(request);
    return compiler.poll();
  }
}
