package lockstep.vmm.compiler;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import lockstep.vmm.machine.hart.CompiledUnit;
import lockstep.vmm.machine.hart.UnitCompiler;
import org.jspecify.annotations.Nullable;

/** Compiles for one machine: nothing, what is hot in the background, or everything at once. */
public final class GuestCompiler {
  /** Large enough for most loops; the host's compiler takes more than proportional time. */
  private static final int INSTRUCTIONS_MAX = 200;

  private static final int INSTRUCTIONS_MAX_EAGER = 60;
  private static final long THREAD_IDLE_SECONDS = 2;
  private static final long POLL_MILLIS = 1;

  private GuestCompiler() {}

  /** A compiler for a machine that is being made. */
  public static UnitCompiler of(CompilerMode mode) {
    return switch (mode) {
      case OFF -> UnitCompiler.NONE;
      case ON -> new InBackground(Counting.EXACT);
      case EAGER -> eager(INSTRUCTIONS_MAX_EAGER);
    };
  }

  /** Everything at once, in units of a chosen size: for tests. */
  public static UnitCompiler eager(int instructionsMax) {
    return new AtOnce(instructionsMax);
  }

  /**
   * What is hot, to code that does not count its steps and never leaves a loop by itself: to
   * measure what counting costs. Positions are wrong, and only a program that ends by itself does.
   */
  public static UnitCompiler uncounted() {
    return new InBackground(Counting.NONE);
  }

  /** On a thread of its own, which ends when there is nothing to do for a while. */
  private static final class InBackground implements UnitCompiler {
    private final Queue<Result> finished = new ConcurrentLinkedQueue<>();
    private final HostWarmUp hostWarmUp = new HostWarmUp();
    private final CompileBudget budget =
        new CompileBudget(new HostCores()::idle, System.nanoTime());
    private final ThreadPoolExecutor thread =
        new ThreadPoolExecutor(
            1,
            1,
            THREAD_IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().daemon().name("guest-compiler").factory());

    private final Counting counting;

    InBackground(Counting counting) {
      this.counting = counting;
      thread.allowCoreThreadTimeOut(true);
      thread.execute(WarmUp::run);
    }

    @Override
    public Mode mode() {
      return Mode.HOT;
    }

    @Override
    public boolean hasRoom() {
      return budget.allows(System.nanoTime());
    }

    @Override
    public void offer(Request request) {
      thread.execute(() -> compile(request));
    }

    private void compile(Request request) {
      UnitFactory.Made made = UnitFactory.compile(request, INSTRUCTIONS_MAX, counting);
      budget.spend(made.classFileBytes());
      Result result = made.result();
      CompiledUnit unit = result.unit();
      if (unit == null) {
        finished.add(result);
      } else {
        hostWarmUp.begin(result, unit);
      }
      hostWarmUp.poll(finished::add);
      try {
        while (!hostWarmUp.isDone() && thread.getQueue().isEmpty()) {
          Thread.sleep(POLL_MILLIS);
          hostWarmUp.poll(finished::add);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public @Nullable Result poll() {
      return finished.poll();
    }
  }

  /** On the guest's thread: slow, and what is compiled does not depend on the host. */
  private static final class AtOnce implements UnitCompiler {
    private final int instructionsMax;
    private @Nullable Result finished;

    AtOnce(int instructionsMax) {
      this.instructionsMax = instructionsMax;
    }

    @Override
    public Mode mode() {
      return Mode.EAGER;
    }

    @Override
    public boolean hasRoom() {
      return true;
    }

    @Override
    public void offer(Request request) {
      finished = UnitFactory.compile(request, instructionsMax, Counting.EXACT).result();
    }

    @Override
    public @Nullable Result poll() {
      Result result = finished;
      finished = null;
      return result;
    }
  }
}
