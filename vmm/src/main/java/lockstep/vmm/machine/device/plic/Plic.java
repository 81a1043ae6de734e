package lockstep.vmm.machine.device.plic;

import java.util.List;
import lockstep.vmm.machine.bus.InterruptLine;
import lockstep.vmm.machine.bus.MmioDevice;
import lockstep.vmm.machine.state.StateVisitor;

/**
 * The platform-level interrupt controller (RISC-V PLIC specification 1.0.0) for level-triggered
 * sources.
 *
 * <p>A source's gateway sends one request at a time: from the moment it is accepted (pending) over
 * its claim to its completion the level is not looked at; then, if it is still high, the next
 * request is sent. A request once accepted stays, even if the level falls.
 *
 * <p>A context is one mode of one hart: hart {@code h} has context {@code 2h} for M and {@code 2h +
 * 1} for S.
 */
public final class Plic implements MmioDevice {
  /** Bytes of physical address space that the PLIC takes. */
  public static final long SIZE_BYTES = 0x40_0000;

  /** Sources are numbered from 1 to this. */
  public static final int SOURCE_MAX = 31;

  private static final int PENDING = 0x1000;
  private static final int ENABLE = 0x2000;
  private static final int ENABLE_STRIDE = 0x80;
  private static final int CONTEXT = 0x20_0000;
  private static final int CONTEXT_STRIDE = 0x1000;
  private static final int THRESHOLD = 0;
  private static final int CLAIM_COMPLETE = 4;
  private static final int PRIORITY_MASK = 7;
  private static final int LOG2_REGISTER = 2;

  private final InterruptLine[] external;

  private final int[] priority = new int[SOURCE_MAX + 1];
  private final int[] enable;
  private final int[] threshold;
  private int level;
  private int pending;
  private int inService;

  /**
   * A PLIC at power-on.
   *
   * @param external for each context, the hart's external interrupt line of that mode
   */
  public Plic(List<InterruptLine> external) {
    this.external = external.toArray(InterruptLine[]::new);
    this.enable = new int[external.size()];
    this.threshold = new int[external.size()];
  }

  /** The line of source {@code source}, from 1 to {@link #SOURCE_MAX}. */
  public InterruptLine line(int source) {
    if (source < 1 || source > SOURCE_MAX) {
      throw new IllegalArgumentException("no interrupt source " + source);
    }
    int bit = 1 << source;
    return asserted -> setLevel(bit, asserted);
  }

  private void setLevel(int bit, boolean asserted) {
    int before = level;
    level = asserted ? level | bit : level & ~bit;
    if (level != before && asserted) {
      forwardRequests();
    }
  }

  /** Gateways: every high level without a request under way becomes pending. */
  private void forwardRequests() {
    pending |= level & ~inService;
    notifyTargets();
  }

  private void notifyTargets() {
    for (int context = 0; context < external.length; context++) {
      int best = best(context);
      external[context].set(best != 0 && priority[best] > threshold[context]);
    }
  }

  /** The pending source of highest priority that the context enables, lowest number first; or 0. */
  private int best(int context) {
    int best = 0;
    for (int candidates = pending & enable[context];
        candidates != 0;
        candidates &= candidates - 1) {
      int source = Integer.numberOfTrailingZeros(candidates);
      if (priority[source] > priority[best]) {
        best = source; // priority[0] is 0, and so is that of a source that never interrupts
      }
    }
    return best;
  }

  @Override
  public long load(long offset, int log2Size) {
    if (log2Size != LOG2_REGISTER) {
      return 0;
    }
    return (offset >= CONTEXT ? loadContext((int) offset - CONTEXT) : loadSource((int) offset))
        & 0xffff_ffffL;
  }

  private int loadSource(int offset) {
    if (offset < PENDING) {
      int source = offset / Integer.BYTES;
      return source <= SOURCE_MAX ? priority[source] : 0;
    }
    if (offset < ENABLE) {
      return offset == PENDING ? pending : 0;
    }
    int context = (offset - ENABLE) / ENABLE_STRIDE;
    return enableWord(offset) && context < enable.length ? enable[context] : 0;
  }

  /** All sources lie in the first word of a context's enable bits. */
  private static boolean enableWord(int offset) {
    return (offset - ENABLE) % ENABLE_STRIDE == 0;
  }

  private int loadContext(int offset) {
    int context = offset / CONTEXT_STRIDE;
    if (context >= external.length) {
      return 0;
    }
    return switch (offset % CONTEXT_STRIDE) {
      case THRESHOLD -> threshold[context];
      case CLAIM_COMPLETE -> claim(context);
      default -> 0;
    };
  }

  /** A claim looks at no threshold; it takes the request out of pending. */
  private int claim(int context) {
    int source = best(context);
    if (source != 0) {
      pending &= ~(1 << source);
      inService |= 1 << source;
      notifyTargets();
    }
    return source;
  }

  @Override
  public void store(long offset, int log2Size, long value) {
    if (log2Size != LOG2_REGISTER) {
      return;
    }
    if (offset >= CONTEXT) {
      storeContext((int) offset - CONTEXT, (int) value);
    } else {
      storeSource((int) offset, (int) value);
    }
    notifyTargets();
  }

  private void storeSource(int offset, int value) {
    if (offset < PENDING) {
      int source = offset / Integer.BYTES;
      if (source >= 1 && source <= SOURCE_MAX) {
        priority[source] = value & PRIORITY_MASK;
      }
    } else if (offset >= ENABLE && enableWord(offset)) {
      int context = (offset - ENABLE) / ENABLE_STRIDE;
      if (context < enable.length) {
        enable[context] = value & ~1; // source 0 does not exist
      }
    }
  }

  private void storeContext(int offset, int value) {
    int context = offset / CONTEXT_STRIDE;
    if (context >= external.length) {
      return;
    }
    switch (offset % CONTEXT_STRIDE) {
      case THRESHOLD -> threshold[context] = value & PRIORITY_MASK;
      case CLAIM_COMPLETE -> complete(context, value);
      default -> {
        // Reserved registers ignore stores.
      }
    }
  }

  /** A completion of a source that the context does not enable is ignored. */
  private void complete(int context, int source) {
    if (source >= 1 && source <= SOURCE_MAX && (enable[context] & 1 << source) != 0) {
      inService &= ~(1 << source);
      forwardRequests();
    }
  }

  @Override
  public void visit(StateVisitor state) {
    state.int32s("priority", priority);
    state.int32s("enable", enable);
    state.int32s("threshold", threshold);
    level = state.int32("level", level);
    pending = state.int32("pending", pending);
    inService = state.int32("inService", inService);
    if (state.restoring()) {
      notifyTargets();
    }
  }
}
