package lockstep.ft.simulation;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import lockstep.ft.machine.Bytes;
import lockstep.ft.machine.DeterministicMachine;
import lockstep.ft.machine.DiskOperation;
import lockstep.ft.machine.DiskStatus;
import lockstep.ft.machine.Input;
import lockstep.ft.machine.Output;
import lockstep.ft.machine.StateHash;

/**
 * A small deterministic machine with a small guest: a counter service.
 *
 * <p>Request n of the client (ids count from 1) makes the counter n: the guest writes counter and
 * id to block 0, flushes, then replies. A repeated id gets the same reply. On power-on it reads
 * block 0. Beside that it keeps itself busy, by its timer: writes, trims, zeroes and reads other
 * blocks and checks what it reads; writes to its console; asks for entropy; flushes.
 */
final class ToyMachine implements DeterministicMachine {
  static final int BLOCK_BYTES = 24;
  static final int BLOCKS = 8;
  static final byte INCREMENT = 1;
  static final byte REPLY = 2;
  static final byte CHATTER = 3;

  private static final int NANOS_PER_STEP = 2_000;
  private static final long UNKNOWN = Long.MIN_VALUE;

  /** What the guest waits for from a request of its disk. */
  private record Pending(long id, DiskOperation operation, int block, long value) {}

  private long position;
  private long time;
  private long chain = 1;
  private long timer = Long.MAX_VALUE;
  private long work;
  private boolean off;
  private boolean powerButton;
  private boolean booted;
  private long counter;
  private long lastId;
  private long requested;
  private int servicePhase;
  private long nextRequest;
  private long entropyRequests;
  private long outputs;
  private long consoleOffset;
  private final long[] contents = new long[BLOCKS];
  private final List<Pending> pending = new ArrayList<>();
  private final List<Output> made = new ArrayList<>();
  private long corruptions;

  // The phases of serving a request.
  private static final int QUIET = 0;
  private static final int WRITE_DUE = 1;
  private static final int WRITING = 2;
  private static final int FLUSH_DUE = 3;
  private static final int FLUSHING = 4;
  private static final int REPLY_DUE = 5;

  /** How many reads have returned something else than was written: a checker's business. */
  long corruptions() {
    return corruptions;
  }

  /** For the test of divergence: something that is not a function of the inputs. */
  void flipBit() {
    chain ^= 1;
  }

  @Override
  public long position() {
    return position;
  }

  @Override
  public long timeNanos() {
    return time;
  }

  @Override
  public long nextTimerNanos() {
    return timer;
  }

  @Override
  public Pause run(long positionLimit) {
    if (positionLimit < position) {
      throw new IllegalArgumentException("limit " + positionLimit + " behind " + position);
    }
    while (!off) {
      if (work == 0 && time < timer) {
        return Pause.IDLE;
      }
      if (position == positionLimit) {
        return Pause.LIMIT;
      }
      step();
      if (!made.isEmpty()) {
        return Pause.OUTPUT;
      }
    }
    return Pause.OFF;
  }

  private void step() {
    position++;
    time += NANOS_PER_STEP;
    chain = mix(chain + time);
    if (time >= timer) {
      work += 3 + (chain & 15);
      timer = time + 500_000 + Math.floorMod(mix(chain), 8_000_000L);
      return;
    }
    work--;
    if (work == 0 || (chain & 0x70) == 0) {
      act();
    }
  }

  private void act() {
    switch (servicePhase) {
      case WRITE_DUE -> {
        servicePhase = WRITING;
        counter++;
        lastId = requested;
        diskRequest(DiskOperation.WRITE, 0, counter);
        work++;
      }
      case FLUSH_DUE -> {
        servicePhase = FLUSHING;
        diskRequest(DiskOperation.FLUSH, -1, 0);
        work++;
      }
      case REPLY_DUE -> {
        servicePhase = QUIET;
        frame(REPLY, lastId, counter);
        work++;
      }
      default -> amuseOneself();
    }
  }

  private void amuseOneself() {
    if (powerButton && pending.isEmpty()) {
      off = true;
      outputs++;
      made.add(new Output.PowerChanged(false));
      return;
    }
    int block = 1 + (int) Math.floorMod(chain >>> 8, (long) (BLOCKS - 1));
    boolean busy = pending.size() > 5 || pending.stream().anyMatch(p -> p.block == block);
    int choice = (int) Math.floorMod(chain >>> 20, 12L);
    switch (choice) {
      case 0, 1, 2 -> diskUnless(busy, DiskOperation.WRITE, block, mix(chain) >>> 1);
      case 3, 4 -> diskUnless(busy, DiskOperation.READ, block, 0);
      case 5 -> diskUnless(busy, DiskOperation.TRIM, block, 0);
      case 6 -> diskUnless(busy, DiskOperation.WRITE_ZEROES, block, 0);
      case 7 -> diskUnless(pending.size() > 5, DiskOperation.FLUSH, -1, 0);
      case 8 -> {
        outputs++;
        Bytes text = Bytes.of(new byte[] {(byte) consoleOffset});
        made.add(new Output.ConsoleWritten(consoleOffset, text));
        consoleOffset += text.length();
      }
      case 9 -> {
        outputs++;
        made.add(new Output.EntropyRequested(entropyRequests++, 8));
      }
      case 10 -> frame(CHATTER, 0, chain);
      default -> {}
    }
  }

  private void diskUnless(boolean busy, DiskOperation operation, int block, long value) {
    if (!busy && booted) {
      diskRequest(operation, block, value);
    }
  }

  private void diskRequest(DiskOperation operation, int block, long value) {
    long ordinal = outputs++;
    pending.add(new Pending(nextRequest, operation, block, value));
    Bytes data =
        operation == DiskOperation.WRITE
            ? Bytes.of(
                ByteBuffer.allocate(BLOCK_BYTES)
                    .putLong(value)
                    .putLong(block == 0 ? lastId : 0)
                    .putLong(ordinal)
                    .array())
            : Bytes.EMPTY;
    boolean flush = operation == DiskOperation.FLUSH;
    made.add(
        new Output.DiskRequested(
            0,
            nextRequest++,
            operation,
            flush ? 0 : (long) block * BLOCK_BYTES,
            flush ? 0 : BLOCK_BYTES,
            data));
  }

  private void frame(byte kind, long id, long value) {
    made.add(
        new Output.FrameSent(
            Bytes.of(
                ByteBuffer.allocate(25)
                    .put(kind)
                    .putLong(outputs++)
                    .putLong(id)
                    .putLong(value)
                    .array())));
  }

  @Override
  public void inject(Input input) {
    chain = mix(chain ^ digest(input));
    switch (input) {
      case Input.PoweredOn _ -> {
        timer = time + 1_000_000;
        Arrays.fill(contents, UNKNOWN);
        servicePhase = QUIET;
        diskRequest(DiskOperation.READ, 0, 0);
      }
      case Input.FrameReceived frame -> onFrame(ByteBuffer.wrap(frame.frame().array()));
      case Input.DiskCompleted completed -> onCompleted(completed);
      case Input.ClockMoved moved -> time = Math.max(time, moved.timeNanos());
      case Input.ConsoleReceived _, Input.EntropyArrived _ -> work += 2;
      case Input.PowerButtonPressed _ -> {
        powerButton = true;
        work += 2;
      }
    }
  }

  /** Not the input's hash code: that differs from one JVM to the next. */
  private static long digest(Input input) {
    return switch (input) {
      case Input.PoweredOn on -> on.entropySeed().hashCode() ^ on.wallClockNanos();
      case Input.FrameReceived frame -> 2 + frame.frame().hashCode();
      case Input.DiskCompleted done ->
          mix(3 + done.requestId()) ^ done.status().ordinal() ^ done.data().hashCode();
      case Input.ClockMoved moved -> 4 + moved.timeNanos();
      case Input.ConsoleReceived console -> 5 + console.data().hashCode();
      case Input.EntropyArrived entropy -> mix(6 + entropy.requestId()) ^ entropy.data().hashCode();
      case Input.PowerButtonPressed _ -> 7;
    };
  }

  private void onFrame(ByteBuffer frame) {
    if (frame.get() != INCREMENT) {
      return;
    }
    long id = frame.getLong();
    boolean stale = id != lastId && id != lastId + 1;
    if (!booted || servicePhase != QUIET || stale) {
      return;
    }
    work += 4;
    if (id == lastId) {
      servicePhase = FLUSH_DUE; // it may have been written and not flushed, before a new start
    } else {
      requested = id;
      servicePhase = WRITE_DUE;
    }
  }

  private void onCompleted(Input.DiskCompleted completed) {
    work += 3;
    Pending request = null;
    for (Pending candidate : pending) {
      if (candidate.id == completed.requestId()) {
        request = candidate;
      }
    }
    if (request == null) {
      throw new IllegalStateException("completed, but not pending: " + completed);
    }
    pending.remove(request);
    if (completed.status() != DiskStatus.OK) {
      throw new IllegalStateException("the simulated disk never fails a guest's request");
    }
    switch (request.operation) {
      case READ -> onRead(request.block, ByteBuffer.wrap(completed.data().array()));
      case WRITE, TRIM, WRITE_ZEROES -> {
        contents[request.block] = request.value;
        if (request.block == 0) {
          servicePhase = FLUSH_DUE;
        }
      }
      case FLUSH -> {
        if (servicePhase == FLUSHING) {
          boolean serviceFlush =
              pending.stream().noneMatch(p -> p.operation == DiskOperation.FLUSH);
          servicePhase = serviceFlush ? REPLY_DUE : FLUSHING;
        }
      }
    }
  }

  private void onRead(int block, ByteBuffer data) {
    long value = data.getLong();
    if (!booted && block == 0) {
      booted = true;
      counter = value;
      lastId = data.getLong();
      contents[0] = value;
    } else if (contents[block] == UNKNOWN) {
      contents[block] = value;
    } else if (contents[block] != value) {
      corruptions++;
    }
  }

  @Override
  public void drainOutputs(Consumer<? super Output> sink) {
    List<Output> drained = List.copyOf(made);
    made.clear();
    drained.forEach(sink);
  }

  @Override
  public StateHash hash() {
    long h = chain;
    long[] scalars = {
      position,
      time,
      timer,
      work,
      counter,
      lastId,
      requested,
      servicePhase,
      nextRequest,
      entropyRequests,
      outputs,
      consoleOffset,
      corruptions,
      off ? 1 : 0,
      booted ? 1 : 0
    };
    for (long scalar : scalars) {
      h = mix(h ^ scalar);
    }
    for (Pending p : pending) {
      h = mix(mix(mix(h ^ p.id) ^ p.operation.ordinal() ^ ((long) p.block << 8)) ^ p.value);
    }
    long memory = 0;
    for (long content : contents) {
      memory = mix(memory ^ content);
    }
    return new StateHash(h, memory);
  }

  static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }

  @Override
  public void save(OutputStream out) throws IOException {
    DataOutputStream data = new DataOutputStream(out);
    for (long scalar : scalars()) {
      data.writeLong(scalar);
    }
    data.writeInt(pending.size());
    for (Pending p : pending) {
      data.writeLong(p.id);
      data.writeInt(p.operation.ordinal());
      data.writeInt(p.block);
      data.writeLong(p.value);
    }
    data.flush();
  }

  private long[] scalars() {
    long[] fixed = {
      position,
      time,
      chain,
      timer,
      work,
      off ? 1 : 0,
      powerButton ? 1 : 0,
      booted ? 1 : 0,
      counter,
      lastId,
      requested,
      servicePhase,
      nextRequest,
      entropyRequests,
      outputs,
      consoleOffset,
      corruptions
    };
    long[] all = Arrays.copyOf(fixed, fixed.length + BLOCKS);
    System.arraycopy(contents, 0, all, fixed.length, BLOCKS);
    return all;
  }

  @Override
  public void restore(InputStream in) throws IOException {
    DataInputStream data = new DataInputStream(in);
    position = data.readLong();
    time = data.readLong();
    chain = data.readLong();
    timer = data.readLong();
    work = data.readLong();
    off = data.readLong() == 1;
    powerButton = data.readLong() == 1;
    booted = data.readLong() == 1;
    counter = data.readLong();
    lastId = data.readLong();
    requested = data.readLong();
    servicePhase = (int) data.readLong();
    nextRequest = data.readLong();
    entropyRequests = data.readLong();
    outputs = data.readLong();
    consoleOffset = data.readLong();
    corruptions = data.readLong();
    for (int i = 0; i < BLOCKS; i++) {
      contents[i] = data.readLong();
    }
    pending.clear();
    for (int i = data.readInt(); i > 0; i--) {
      pending.add(
          new Pending(
              data.readLong(),
              DiskOperation.values()[data.readInt()],
              data.readInt(),
              data.readLong()));
    }
  }
}
