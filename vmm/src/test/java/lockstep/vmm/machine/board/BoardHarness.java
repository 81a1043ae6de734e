package lockstep.vmm.machine.board;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import lockstep.ft.machine.Bytes;
import lockstep.ft.machine.DeterministicMachine.Pause;
import lockstep.ft.machine.Input;
import lockstep.ft.machine.Output;
import lockstep.ft.machine.StateHash;
import lockstep.vmm.compiler.CompilerMode;
import lockstep.vmm.machine.Machine;
import lockstep.vmm.machine.boot.BootException;

/**
 * Runs a real guest in this thread: answers its disks from memory, its entropy requests from a
 * seed, moves an idle guest's clock to its next timer, gathers its console and frames, and records
 * every input with its position. With this virtual clock a run depends on nothing of the host.
 */
final class BoardHarness {
  /** What happened to the machine, in order. */
  sealed interface Event {
    long position();

    /** An input was injected. */
    record Given(long position, Input input) implements Event {}

    /** The state was hashed; {@code outputs} is a hash of every output made before. */
    record Check(long position, StateHash hash, int outputs) implements Event {}
  }

  private static final long WALL_CLOCK_AT_BOOT_NANOS = 1_790_000_000_000_000_000L;
  private static final int SEED_BYTES = 64;

  /** Steps between a request and its completion, so that requests are in flight. */
  private static final long COMPLETION_DELAY_STEPS = 20_000;

  /** An idle guest without a timer waits for something that will not come. */
  static final class StuckException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    StuckException(String message) {
      super(message);
    }
  }

  private final Machine machine;
  private final List<MemoryDisk> disks;
  private final Random entropy = new Random(42);
  private final ArrayDeque<Event.Given> due = new ArrayDeque<>();
  private final List<Event> recorded = new ArrayList<>();
  private final StringBuilder console = new StringBuilder();
  private final List<Output.FrameSent> frames = new ArrayList<>();
  private final GuestFiles guest;
  private int consoleSeen;
  private int outputsHash;
  private boolean off;
  private boolean echo;

  BoardHarness(GuestFiles guest) throws BootException {
    this.guest = guest;
    this.disks = List.of(new MemoryDisk(0, guest.rootDisk()));
    this.machine = guest.machine(disks.getFirst().sizeBytes());
  }

  /** Shows the console on standard output as it is written. */
  BoardHarness echo() {
    echo = true;
    return this;
  }

  Machine machine() {
    return machine;
  }

  /** Another machine of the same definition. */
  Machine sibling() throws BootException {
    return guest.machine(disks.getFirst().sizeBytes());
  }

  /** Another machine of the same definition, made faster in another way. */
  Machine sibling(CompilerMode compiler) throws BootException {
    return guest.machine(disks.getFirst().sizeBytes(), compiler);
  }

  String console() {
    return console.toString();
  }

  List<Output.FrameSent> frames() {
    return frames;
  }

  List<Event> recorded() {
    return recorded;
  }

  boolean off() {
    return off;
  }

  void powerOn() {
    byte[] seed = new byte[SEED_BYTES];
    entropy.nextBytes(seed);
    inject(new Input.PoweredOn(Bytes.of(seed), WALL_CLOCK_AT_BOOT_NANOS));
  }

  void type(String line) {
    inject(new Input.ConsoleReceived(Bytes.of(line.getBytes(StandardCharsets.UTF_8))));
  }

  void inject(Input input) {
    recorded.add(new Event.Given(machine.position(), input));
    machine.inject(input);
    machine.drainOutputs(this::take);
  }

  /** Hashes the state, for a replay to compare with. */
  void check() {
    recorded.add(new Event.Check(machine.position(), machine.hash(), outputsHash));
  }

  /** Runs until the console says {@code text} again, at most {@code stepsMax} steps. */
  void runUntil(String text, long stepsMax) {
    long limit = machine.position() + stepsMax;
    while (console.indexOf(text, consoleSeen) < 0) {
      if (off || machine.position() >= limit) {
        throw new StuckException(
            "no \"" + text + "\" at position " + machine.position() + "; console:\n" + console);
      }
      runTo(Math.min(limit, machine.position() + 1_000_000), true);
    }
    consoleSeen = console.indexOf(text, consoleSeen) + text.length();
  }

  /** Runs to {@code position} exactly, unless the guest switches itself off before. */
  void runTo(long position) {
    runTo(position, false);
  }

  private void runTo(long position, boolean stopAtOutput) {
    while (!off && machine.position() < position) {
      long limit = due.isEmpty() ? position : Math.min(position, due.peekFirst().position());
      Pause pause = machine.run(Math.max(limit, machine.position()));
      machine.drainOutputs(this::take);
      injectDue();
      if (pause == Pause.IDLE) {
        idle();
      } else if (pause == Pause.OFF) {
        off = true;
      } else if (pause == Pause.OUTPUT && stopAtOutput) {
        return;
      }
    }
  }

  private void injectDue() {
    while (!due.isEmpty() && due.peekFirst().position() <= machine.position()) {
      inject(due.removeFirst().input());
    }
  }

  /** What is under way comes first; only then does time pass. */
  private void idle() {
    if (!due.isEmpty()) {
      inject(due.removeFirst().input());
    } else if (machine.nextTimerNanos() != Long.MAX_VALUE) {
      inject(new Input.ClockMoved(machine.nextTimerNanos()));
    } else {
      throw new StuckException("the guest sleeps without a timer; console:\n" + console);
    }
  }

  private void take(Output output) {
    outputsHash = Replay.hash(outputsHash, output);
    switch (output) {
      case Output.FrameSent frame -> frames.add(frame);
      case Output.DiskRequested request -> later(disks.get(request.disk()).answer(request));
      case Output.ConsoleWritten written -> {
        String text = new String(written.data().array(), StandardCharsets.UTF_8);
        console.append(text);
        if (echo) {
          System.out.print(text);
          System.out.flush();
        }
      }
      case Output.EntropyRequested request -> {
        byte[] bytes = new byte[request.length()];
        entropy.nextBytes(bytes);
        later(new Input.EntropyArrived(request.requestId(), Bytes.of(bytes)));
      }
      case Output.PowerChanged _ -> off = true;
    }
  }

  private void later(Input input) {
    due.addLast(new Event.Given(machine.position() + COMPLETION_DELAY_STEPS, input));
  }
}
