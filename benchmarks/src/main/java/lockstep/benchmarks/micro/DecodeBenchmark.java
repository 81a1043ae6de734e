package lockstep.benchmarks.micro;

import lockstep.vmm.machine.isa.Decoder;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;

/** Decoding an instruction: the first execution of each, and again after it was overwritten. */
public class DecodeBenchmark extends CostCentre {
  private static final int WORDS = 4096;

  private static final int[] KINDS = {
    0x0015_0513, // addi a0, a0, 1
    0x1234_55b7, // lui a1, 0x12345
    0x0085_2603, // lw a2, 8(a0)
    0x00b5_3823, // sd a1, 16(a0)
    0xfed6_08e3, // beq a2, a3, -16
    0x02b6_073b, // mulw a4, a2, a1
    0x4077_5793, // srai a5, a4, 7
    0x00f5_282f, // amoadd.w a6, a5, (a0)
  };

  private final int[] words = new int[WORDS];

  /** Fills a stretch of code with all kinds by turns. */
  public DecodeBenchmark() {
    for (int i = 0; i < WORDS; i++) {
      words[i] = KINDS[i * 5 % KINDS.length];
    }
  }

  /** An instruction. */
  @Benchmark
  @OperationsPerInvocation(WORDS)
  public long decode() {
    return decodeAll(words);
  }

  private static long decodeAll(int[] words) {
    long sum = 0;
    for (int word : words) {
      sum += Decoder.decode(word);
    }
    return sum;
  }
}
