package lockstep.vmm.machine.hart;

import java.util.Random;
import lockstep.ft.machine.Bytes;
import lockstep.ft.machine.Output;
import lockstep.vmm.machine.bus.MmioDevice;
import lockstep.vmm.machine.bus.OutputSink;
import lockstep.vmm.machine.memory.GuestMemory;
import lockstep.vmm.machine.state.StateVisitor;

/**
 * A device that writes to guest memory inside of the step that stores to it: where and what follows
 * from the value stored.
 */
final class Scribbler implements MmioDevice {
  static final long BASE = 0x1000_0000;
  static final long SIZE = 0x1000;

  private final GuestMemory memory;
  private final OutputSink outputs;
  private long stores;

  Scribbler(GuestMemory memory, OutputSink outputs) {
    this.memory = memory;
    this.outputs = outputs;
  }

  @Override
  public long load(long offset, int log2Size) {
    return stores;
  }

  @Override
  public void store(long offset, int log2Size, long value) {
    RandomGuest.scribble(memory, new Random(value + ++stores));
    outputs.emit(new Output.ConsoleWritten(stores, Bytes.of(new byte[] {(byte) value})));
  }

  @Override
  public void visit(StateVisitor state) {
    stores = state.int64("stores", stores);
  }
}
