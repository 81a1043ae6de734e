package lockstep.vmm.machine;

import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import lockstep.ft.machine.DeterministicMachine;
import lockstep.ft.machine.Input;
import lockstep.ft.machine.Output;
import lockstep.ft.machine.PagedMemory;
import lockstep.ft.machine.StateHash;
import lockstep.ft.machine.StateHistory;
import lockstep.vmm.machine.bus.Bus;
import lockstep.vmm.machine.bus.GuestClock;
import lockstep.vmm.machine.bus.InputHandler;
import lockstep.vmm.machine.bus.OutputSink;
import lockstep.vmm.machine.hart.Clint;
import lockstep.vmm.machine.hart.GuestTime;
import lockstep.vmm.machine.hart.Hart;
import lockstep.vmm.machine.hart.UnitCompiler;
import lockstep.vmm.machine.memory.PhysicalMemory;
import lockstep.vmm.machine.state.HashingVisitor;
import lockstep.vmm.machine.state.PrintingVisitor;
import lockstep.vmm.machine.state.RestoringVisitor;
import lockstep.vmm.machine.state.SavingVisitor;
import lockstep.vmm.machine.state.StateException;
import lockstep.vmm.machine.state.StateVisitor;
import lockstep.vmm.machine.state.Stateful;

/**
 * A hart, its memory and a bus; a board adds the devices: it maps them on {@link #bus}, registers
 * what takes inputs, and gives what is not on the bus to {@link #addState}. All of that happens
 * before power-on and alike on every replica, because the order is part of the state's layout.
 */
public final class Machine implements DeterministicMachine {
  /** Changes with any behaviour that a guest can see, and with the layout of saved states. */
  public static final int VERSION = 4;

  private static final int SAVED_MAGIC = 0x4c53_5354;
  private static final int SAVED_END = 0x454e_4421;
  private static final int STREAM_BUFFER_BYTES = 1 << 16;

  private final MachineConfig config;
  private final PhysicalMemory memory;
  private final Bus bus = new Bus();
  private final GuestTime time;
  private final Hart hart;
  private final List<InputHandler> inputHandlers = new ArrayList<>();
  private final Map<String, Stateful> states = new LinkedHashMap<>();
  private final List<Output> outputs = new ArrayList<>();
  private final StateHistory history;
  private boolean off;

  /** A machine that interprets everything. */
  public Machine(MachineConfig config) {
    this(config, UnitCompiler.NONE);
  }

  /** A machine that {@code compiler} makes faster; it is no part of what the machine is. */
  public Machine(MachineConfig config, UnitCompiler compiler) {
    this.config = config;
    memory = new PhysicalMemory(config.ramBytes());
    time = new GuestTime(config.picosecondsPerStep());
    hart = new Hart(0, memory, bus, time, compiler);
    history = new RememberedStates(memory, this::writeState);
    bus.map("clint", Clint.BASE, Clint.SIZE, new Clint(hart, time));
  }

  public PhysicalMemory memory() {
    return memory;
  }

  public Bus bus() {
    return bus;
  }

  public Hart hart() {
    return hart;
  }

  public GuestClock clock() {
    return time;
  }

  /** Where devices put their outputs; a power change also stops the machine. */
  public OutputSink outputs() {
    return this::emit;
  }

  private void emit(Output output) {
    if (output instanceof Output.PowerChanged) {
      off = true;
    }
    outputs.add(output);
    hart.pauseAfterStep();
  }

  public void addInputHandler(InputHandler handler) {
    inputHandlers.add(handler);
  }

  /** Adds state that no mapped device visits. */
  public void addState(String name, Stateful state) {
    if (states.put(name, state) != null) {
      throw new IllegalArgumentException("two states named " + name);
    }
  }

  @Override
  public long position() {
    return time.position();
  }

  /** As the contract says; outputs made by an injection pause the machine before its next step. */
  @Override
  public Pause run(long positionLimit) {
    if (positionLimit < position()) {
      throw new IllegalArgumentException(
          "limit " + positionLimit + " is behind position " + position());
    }
    while (true) {
      if (!outputs.isEmpty()) {
        return Pause.OUTPUT;
      }
      if (off) {
        return Pause.OFF;
      }
      if (position() == positionLimit) {
        return Pause.LIMIT;
      }
      if (hart.isIdle()) {
        return Pause.IDLE;
      }
      hart.run(positionLimit);
    }
  }

  @Override
  public void inject(Input input) {
    if (input instanceof Input.ClockMoved moved) {
      time.moveTo(moved.timeNanos());
      hart.timeMoved();
    }
    for (InputHandler handler : inputHandlers) {
      handler.onInput(input);
    }
  }

  @Override
  public void drainOutputs(Consumer<? super Output> sink) {
    for (Output output : outputs) {
      sink.accept(output);
    }
    outputs.clear();
  }

  @Override
  public long timeNanos() {
    return time.timeNanos();
  }

  @Override
  public long nextTimerNanos() {
    return hart.nextTimerNanos();
  }

  @Override
  public StateHash hash() {
    HashingVisitor visitor = new HashingVisitor();
    visit(visitor);
    return new StateHash(visitor.hash(), memory.hash());
  }

  /** The state of hart and devices as text, a line per field. */
  public String describe() {
    PrintingVisitor visitor = new PrintingVisitor();
    visit(visitor);
    return visitor.text();
  }

  private void visit(StateVisitor state) {
    off = state.flag("off", off);
    state.enter("time");
    time.visit(state);
    state.leave();
    state.enter("hart0");
    hart.visit(state);
    state.leave();
    state.enter("bus");
    bus.visit(state);
    state.leave();
    states.forEach(
        (name, component) -> {
          state.enter(name);
          component.visit(state);
          state.leave();
        });
  }

  @Override
  public void save(OutputStream out) throws IOException {
    DataOutputStream data = buffered(out);
    writeState(data);
    memory.save(data);
    writeEnd(data);
  }

  static DataOutputStream buffered(OutputStream out) {
    return new DataOutputStream(new BufferedOutputStream(out, STREAM_BUFFER_BYTES));
  }

  static void writeEnd(DataOutputStream data) throws IOException {
    data.writeInt(SAVED_END);
    data.flush();
  }

  @Override
  public StateHistory history() {
    return history;
  }

  @Override
  public PagedMemory pages() {
    return memory;
  }

  @Override
  public void saveWithoutPages(OutputStream out) throws IOException {
    DataOutputStream data = buffered(out);
    writeState(data);
    writeEnd(data);
  }

  @Override
  public void restoreWithoutPages(InputStream in) throws IOException {
    DataInputStream data = new DataInputStream(in);
    readState(data);
    memory.contentsReplaced();
    readEnd(data);
  }

  private void writeState(DataOutputStream data) throws IOException {
    if (!outputs.isEmpty()) {
      throw new IllegalStateException(outputs.size() + " outputs not drained");
    }
    data.writeInt(SAVED_MAGIC);
    data.writeInt(VERSION);
    data.writeLong(config.ramBytes());
    data.writeInt(config.picosecondsPerStep());
    try {
      visit(new SavingVisitor(data));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  @Override
  public void restore(InputStream in) throws IOException {
    // Not buffered here: the state may be followed by something else in the stream.
    DataInputStream data = new DataInputStream(in);
    readState(data);
    memory.restore(data);
    readEnd(data);
  }

  private static void readEnd(DataInputStream data) throws IOException {
    if (data.readInt() != SAVED_END) {
      throw new IOException("saved state does not end where it should");
    }
  }

  private void readState(DataInputStream data) throws IOException {
    if (data.readInt() != SAVED_MAGIC) {
      throw new IOException("not a saved state");
    }
    int version = data.readInt();
    if (version != VERSION) {
      throw new IOException("saved by machine version " + version + ", this is " + VERSION);
    }
    if (data.readLong() != config.ramBytes() || data.readInt() != config.picosecondsPerStep()) {
      throw new IOException("saved by a machine of another definition");
    }
    outputs.clear();
    try {
      visit(new RestoringVisitor(data));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    } catch (StateException e) {
      throw new IOException(e.getMessage(), e);
    }
  }
}
