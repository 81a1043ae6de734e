package lockstep.ft.simulation;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import lockstep.ft.machine.Bytes;
import lockstep.ft.machine.DeterministicMachine;
import lockstep.ft.machine.DiskOperation;
import lockstep.ft.machine.DiskStatus;
import lockstep.ft.machine.Input;
import lockstep.ft.machine.Output;
import lockstep.ft.machine.PagedMemory;
import lockstep.ft.machine.StateHash;
import lockstep.ft.machine.StateHistory;

/**
 * A small deterministic machine with a small guest: a service of registers.
 *
 * <p>It serves one request at a time. To set a register it writes all registers, and the id of each
 * client's last request to set one, to block 0, flushes, then replies; a request that comes again
 * changes nothing. On power-on it flushes, so that what it then reads will not be lost behind its
 * back, and reads block 0. Beside that it keeps itself busy, by its timer: writes, trims, zeroes
 * and reads other blocks and checks what it reads; writes to its console; asks for entropy;
 * flushes. All the while it scribbles on its memory.
 */
final class ToyMachine implements DeterministicMachine, PagedMemory {
  static final int CLIENTS = 3;
  static final int REGISTERS = 2;
  static final int BLOCK_BYTES = (2 + REGISTERS + CLIENTS) * Long.BYTES;
  static final int BLOCKS = 8;
  static final int DISKS = 2;
  static final byte SET = 1;
  static final byte GET = 2;
  static final byte REPLY = 3;
  static final byte CHATTER = 4;

  private static final int PAGES = 24;
  private static final int WORDS_PER_PAGE = 4;

  // The guest's own notes come first, what it believes its disk to hold; then the service's.
  private static final int REGISTERS_FROM = BLOCKS;
  private static final int LAST_SET_FROM = REGISTERS_FROM + REGISTERS;
  private static final int SCRIBBLES_FROM = LAST_SET_FROM + CLIENTS;

  private static final int NANOS_PER_STEP = 2_000;
  private static final long UNKNOWN = Long.MIN_VALUE;

  /** What the guest waits for from a request of its disk. */
  private record Pending(int disk, long id, DiskOperation operation, int block, long value) {}

  /** What a client asks for; ids count from 1. */
  private record Request(byte kind, int client, long id, int register, long value) {}

  private final StateHistory history = new SavedStates(this);
  private long position;
  private long time;
  private long chain = 1;
  private long timer = Long.MAX_VALUE;
  private long work;
  private boolean off;
  private boolean powerButton;
  private boolean booted;
  private final ArrayDeque<Request> requests = new ArrayDeque<>();
  private int servicePhase;
  private final long[] nextRequest = new long[DISKS];
  private final long[] diskBytes = new long[DISKS];
  private long entropyRequests;
  private long outputs;
  private long consoleOffset;
  private final long[] memory = new long[PAGES * WORDS_PER_PAGE];
  private final BitSet changed = new BitSet(PAGES);
  private boolean missesChanges;
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

  ToyMachine() {
    changed.set(0, PAGES);
  }

  /** Sabotage: now and then a page that has changed is not said to have. */
  void missChanges() {
    missesChanges = true;
  }

  private void store(int word, long value) {
    memory[word] = value;
    if (!missesChanges || word % 16 != 15) {
      changed.set(word / WORDS_PER_PAGE);
    }
  }

  /** How many reads have returned something else than was written: a checker's business. */
  long corruptions() {
    return corruptions;
  }

  /** The smallest size that the guest knows of a disk. */
  long diskBytes() {
    return Arrays.stream(diskBytes).min().orElseThrow();
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
    scribble();
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

  private void scribble() {
    int word =
        SCRIBBLES_FROM + (int) Math.floorMod(chain >>> 33, (long) memory.length - SCRIBBLES_FROM);
    if ((chain & 0xf00) == 0) {
      int first = word / WORDS_PER_PAGE * WORDS_PER_PAGE;
      for (int at = Math.max(first, SCRIBBLES_FROM); at < first + WORDS_PER_PAGE; at++) {
        store(at, 0);
      }
    } else if ((chain & 0x300) == 0) {
      store(word, chain);
    }
  }

  private void act() {
    switch (servicePhase) {
      case WRITE_DUE -> {
        servicePhase = WRITING;
        Request request = requests.getFirst();
        store(REGISTERS_FROM + request.register, request.value);
        store(LAST_SET_FROM + request.client, request.id);
        diskRequest(DiskOperation.WRITE, 0, mix(chain) >>> 1);
        work++;
      }
      case FLUSH_DUE -> {
        servicePhase = FLUSHING;
        flush(0);
        work++;
      }
      case REPLY_DUE -> {
        Request request = requests.removeFirst();
        frame(REPLY, request.client, request.id, memory[REGISTERS_FROM + request.register]);
        beginNext();
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
      case 7 -> {
        if (booted && pending.size() <= 5) {
          flush((int) (chain >>> 40 & 1));
        }
      }
      case 8, 11 -> {
        outputs++;
        Bytes text = Bytes.of(new byte[] {(byte) consoleOffset});
        made.add(new Output.ConsoleWritten(consoleOffset, text));
        consoleOffset += text.length();
      }
      case 9 -> {
        outputs++;
        made.add(new Output.EntropyRequested(entropyRequests++, 8));
      }
      case 10 -> frame(CHATTER, 0, 0, chain);
      default -> {}
    }
  }

  private void diskUnless(boolean busy, DiskOperation operation, int block, long value) {
    if (!busy && booted) {
      diskRequest(operation, block, value);
    }
  }

  /** Blocks are spread over the disks. */
  static int diskOf(int block) {
    return block % DISKS;
  }

  private void flush(int disk) {
    diskRequest(disk, DiskOperation.FLUSH, -1, 0);
  }

  private void diskRequest(DiskOperation operation, int block, long value) {
    diskRequest(diskOf(block), operation, block, value);
  }

  private void diskRequest(int disk, DiskOperation operation, int block, long value) {
    long ordinal = outputs++;
    pending.add(new Pending(disk, nextRequest[disk], operation, block, value));
    Bytes data = operation == DiskOperation.WRITE ? contents(block, value, ordinal) : Bytes.EMPTY;
    boolean flush = operation == DiskOperation.FLUSH;
    made.add(
        new Output.DiskRequested(
            disk,
            nextRequest[disk]++,
            operation,
            flush ? 0 : (long) block * BLOCK_BYTES,
            flush ? 0 : BLOCK_BYTES,
            data));
  }

  private Bytes contents(int block, long value, long ordinal) {
    ByteBuffer bytes = ByteBuffer.allocate(BLOCK_BYTES).putLong(value).putLong(ordinal);
    if (block == 0) {
      for (int word = REGISTERS_FROM; word < SCRIBBLES_FROM; word++) {
        bytes.putLong(memory[word]);
      }
    }
    return Bytes.of(bytes.array());
  }

  private void frame(byte kind, long client, long id, long value) {
    made.add(
        new Output.FrameSent(
            Bytes.of(
                ByteBuffer.allocate(33)
                    .put(kind)
                    .putLong(outputs++)
                    .putLong(client)
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
        for (int block = 0; block < BLOCKS; block++) {
          store(block, UNKNOWN);
        }
        servicePhase = QUIET;
        flush(0);
      }
      case Input.FrameReceived frame -> onFrame(ByteBuffer.wrap(frame.frame().array()));
      case Input.DiskCompleted completed -> onCompleted(completed);
      case Input.ClockMoved moved -> time = Math.max(time, moved.timeNanos());
      case Input.ConsoleReceived _, Input.EntropyArrived _ -> work += 2;
      case Input.PowerButtonPressed _ -> {
        powerButton = true;
        work += 2;
      }
      case Input.DiskResized(int disk, long sizeBytes) -> diskBytes[disk] = sizeBytes;
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
      case Input.DiskResized resized -> mix(8 + resized.disk()) ^ resized.sizeBytes();
    };
  }

  private void onFrame(ByteBuffer frame) {
    byte kind = frame.get();
    Request request =
        new Request(
            kind, (int) frame.getLong(), frame.getLong(), (int) frame.getLong(), frame.getLong());
    boolean stale = request.id < memory[LAST_SET_FROM + request.client];
    boolean busy = requests.stream().anyMatch(other -> other.client == request.client);
    if (!booted || stale || busy) {
      return;
    }
    work += 4;
    requests.addLast(request);
    if (servicePhase == QUIET) {
      beginNext();
    }
  }

  private void beginNext() {
    if (requests.isEmpty()) {
      servicePhase = QUIET;
    } else {
      Request next = requests.getFirst();
      boolean sets = next.kind == SET && next.id > memory[LAST_SET_FROM + next.client];
      servicePhase = sets ? WRITE_DUE : REPLY_DUE;
    }
  }

  private void onCompleted(Input.DiskCompleted completed) {
    work += 3;
    Pending request = null;
    for (Pending candidate : pending) {
      if (candidate.disk == completed.disk() && candidate.id == completed.requestId()) {
        request = candidate;
      }
    }
    if (request == null) {
      throw new IllegalStateException("completed, but not pending: " + completed);
    }
    pending.remove(request);
    if (completed.status() != DiskStatus.OK) {
      diskRequest(request.disk, request.operation, request.block, request.value); // once more
      return;
    }
    switch (request.operation) {
      case READ -> onRead(request.block, ByteBuffer.wrap(completed.data().array()));
      case WRITE, TRIM, WRITE_ZEROES -> {
        store(request.block, request.value);
        if (request.block == 0) {
          servicePhase = FLUSH_DUE;
        }
      }
      case FLUSH -> {
        if (!booted) {
          diskRequest(DiskOperation.READ, 0, 0);
        } else if (servicePhase == FLUSHING && request.disk == 0) {
          boolean serviceFlush =
              pending.stream().noneMatch(p -> p.disk == 0 && p.operation == DiskOperation.FLUSH);
          servicePhase = serviceFlush ? REPLY_DUE : FLUSHING;
        }
      }
    }
  }

  private void onRead(int block, ByteBuffer data) {
    long value = data.getLong();
    if (!booted && block == 0) {
      booted = true;
      store(0, value);
      data.getLong();
      for (int word = REGISTERS_FROM; word < SCRIBBLES_FROM; word++) {
        store(word, data.getLong());
      }
    } else if (memory[block] == UNKNOWN) {
      store(block, value);
    } else if (memory[block] != value) {
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
      servicePhase,
      nextRequest[0],
      nextRequest[1],
      diskBytes[0],
      diskBytes[1],
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
      h =
          mix(
              mix(
                      mix(h ^ p.id ^ ((long) p.disk << 32))
                          ^ p.operation.ordinal()
                          ^ ((long) p.block << 8))
                  ^ p.value);
    }
    for (Request r : requests) {
      h =
          mix(
              mix(mix(h ^ r.kind ^ ((long) r.client << 8) ^ ((long) r.register << 16)) ^ r.id)
                  ^ r.value);
    }
    long m = 0;
    for (long word : memory) {
      m = mix(m ^ word);
    }
    return new StateHash(h, m);
  }

  static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }

  @Override
  public void save(OutputStream out) throws IOException {
    DataOutputStream data = new DataOutputStream(out);
    for (long word : memory) {
      data.writeLong(word);
    }
    saveWithoutPages(data);
  }

  @Override
  public void saveWithoutPages(OutputStream out) throws IOException {
    DataOutputStream data = new DataOutputStream(out);
    for (long scalar : scalars()) {
      data.writeLong(scalar);
    }
    data.writeInt(pending.size());
    for (Pending p : pending) {
      data.writeInt(p.disk);
      data.writeLong(p.id);
      data.writeInt(p.operation.ordinal());
      data.writeInt(p.block);
      data.writeLong(p.value);
    }
    data.writeInt(requests.size());
    for (Request r : requests) {
      data.writeByte(r.kind);
      data.writeInt(r.client);
      data.writeLong(r.id);
      data.writeInt(r.register);
      data.writeLong(r.value);
    }
    data.flush();
  }

  private long[] scalars() {
    return new long[] {
      position,
      time,
      chain,
      timer,
      work,
      off ? 1 : 0,
      powerButton ? 1 : 0,
      booted ? 1 : 0,
      servicePhase,
      nextRequest[0],
      nextRequest[1],
      diskBytes[0],
      diskBytes[1],
      entropyRequests,
      outputs,
      consoleOffset,
      corruptions
    };
  }

  @Override
  public void restore(InputStream in) throws IOException {
    DataInputStream data = new DataInputStream(in);
    for (int word = 0; word < memory.length; word++) {
      memory[word] = data.readLong();
    }
    restoreWithoutPages(data);
  }

  @Override
  public void restoreWithoutPages(InputStream in) throws IOException {
    DataInputStream data = new DataInputStream(in);
    position = data.readLong();
    time = data.readLong();
    chain = data.readLong();
    timer = data.readLong();
    work = data.readLong();
    off = data.readLong() == 1;
    powerButton = data.readLong() == 1;
    booted = data.readLong() == 1;
    servicePhase = (int) data.readLong();
    nextRequest[0] = data.readLong();
    nextRequest[1] = data.readLong();
    diskBytes[0] = data.readLong();
    diskBytes[1] = data.readLong();
    entropyRequests = data.readLong();
    outputs = data.readLong();
    consoleOffset = data.readLong();
    corruptions = data.readLong();
    pending.clear();
    for (int i = data.readInt(); i > 0; i--) {
      pending.add(
          new Pending(
              data.readInt(),
              data.readLong(),
              DiskOperation.values()[data.readInt()],
              data.readInt(),
              data.readLong()));
    }
    requests.clear();
    for (int i = data.readInt(); i > 0; i--) {
      requests.add(
          new Request(
              data.readByte(), data.readInt(), data.readLong(), data.readInt(), data.readLong()));
    }
  }

  // Pages.

  @Override
  public StateHistory history() {
    return history;
  }

  @Override
  public PagedMemory pages() {
    return this;
  }

  @Override
  public int pageCount() {
    return PAGES;
  }

  @Override
  public int pageBytes() {
    return WORDS_PER_PAGE * Long.BYTES;
  }

  @Override
  public void takeChanged(IntConsumer taker) {
    changed.stream().forEach(taker);
    changed.clear();
  }

  @Override
  public void endTransfer() {
    changed.set(0, PAGES);
  }

  @Override
  public void hashSome(int pagesMax) {}

  @Override
  public void forgetHashes() {}

  @Override
  public Contents readPage(int page) {
    ByteBuffer bytes = ByteBuffer.allocate(pageBytes());
    boolean zero = true;
    for (int i = 0; i < WORDS_PER_PAGE; i++) {
      long word = memory[page * WORDS_PER_PAGE + i];
      zero &= word == 0;
      bytes.putLong(word);
    }
    return new Contents(page, zero ? Bytes.EMPTY : Bytes.of(bytes.array()));
  }

  @Override
  public void writePage(Contents contents) {
    ByteBuffer bytes = ByteBuffer.wrap(contents.contents().array());
    for (int i = 0; i < WORDS_PER_PAGE; i++) {
      memory[contents.page() * WORDS_PER_PAGE + i] = bytes.hasRemaining() ? bytes.getLong() : 0;
    }
  }

  @Override
  public void clear() {
    Arrays.fill(memory, 0);
  }
}
