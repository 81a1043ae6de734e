package lockstep.vmm.machine.device.block;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import lockstep.ft.machine.Bytes;
import lockstep.ft.machine.DiskOperation;
import lockstep.ft.machine.DiskStatus;
import lockstep.ft.machine.Input;
import lockstep.ft.machine.Output;
import lockstep.vmm.machine.bus.InterruptLine;
import lockstep.vmm.machine.bus.OutputSink;
import lockstep.vmm.machine.device.virtio.DescriptorChain;
import lockstep.vmm.machine.device.virtio.VirtioDevice;
import lockstep.vmm.machine.device.virtio.Virtqueue;
import lockstep.vmm.machine.memory.GuestMemory;
import lockstep.vmm.machine.state.StateVisitor;

/**
 * A disk (virtio 1.2, 5.2). A request that the disk can carry out becomes an output with its data
 * copied out of guest memory, and is open until its completion is injected; what it can't carry out
 * fails at once, in the device. Its size may change while the driver uses it. Many requests may be
 * open, and they may complete in any order.
 *
 * <p>A reset of the device orphans the open requests: their completions change nothing but that no
 * longer they count against the bound on what the host holds. So a guest can't get round the bound
 * by resets, however long the disk takes.
 */
public final class VirtioBlock extends VirtioDevice {
  private static final int SEGMENTS_MAX = 128;
  private static final int SEGMENT_BYTES_MAX = 8192;

  /** The most bytes that one READ or WRITE carries; SEG_MAX times SIZE_MAX. */
  public static final int REQUEST_BYTES_MAX = SEGMENTS_MAX * SEGMENT_BYTES_MAX;

  /** The most bytes that one TRIM or WRITE_ZEROES covers. */
  public static final int RANGE_BYTES_MAX = 64 << 20;

  private static final int DEVICE_ID = 2;
  private static final int QUEUE_SIZE = 256;

  /** No further request is taken while the host holds this much for those not completed. */
  static final int HELD_BYTES_MAX = 16 << 20;

  private static final int SECTOR_BYTES = 512; // whatever BLK_SIZE says (5.2.2)
  private static final int STORE_BLOCK_SECTORS = 8;
  private static final int ID_BYTES = 20;
  private static final int HEADER_BYTES = 16; // le32 type, le32 reserved, le64 sector (5.2.6)
  private static final int RANGE_BYTES = 16; // le64 sector, le32 num_sectors, le32 flags
  private static final int CONFIG_BYTES = 60;

  private static final long F_SIZE_MAX = 1L << 1;
  private static final long F_SEG_MAX = 1L << 2;
  private static final long F_RO = 1L << 5;
  private static final long F_BLK_SIZE = 1L << 6;
  private static final long F_FLUSH = 1L << 9;
  private static final long F_TOPOLOGY = 1L << 10;
  private static final long F_DISCARD = 1L << 13;
  private static final long F_WRITE_ZEROES = 1L << 14;

  private static final int T_IN = 0;
  private static final int T_OUT = 1;
  private static final int T_FLUSH = 4;
  private static final int T_GET_ID = 8;
  private static final int T_DISCARD = 11;
  private static final int T_WRITE_ZEROES = 13;
  private static final int RANGE_F_UNMAP = 1;

  private static final int S_OK = 0;
  private static final int S_IOERR = 1;
  private static final int S_UNSUPP = 2;

  private final GuestMemory memory;
  private final int disk;
  private final boolean readOnly;
  private final OutputSink outputs;

  private final RequestTable requests = new RequestTable();
  private long sizeBytes;
  private long nextRequestId;

  /**
   * A disk at power-on.
   *
   * @param disk its index in the VM's definition
   * @param sizeBytes a multiple of 4096
   */
  public VirtioBlock(
      int disk,
      long sizeBytes,
      boolean readOnly,
      GuestMemory memory,
      InterruptLine line,
      OutputSink outputs) {
    super(
        DEVICE_ID,
        features(readOnly),
        config(sizeBytes / SECTOR_BYTES),
        new int[] {QUEUE_SIZE},
        memory,
        line);
    this.memory = memory;
    this.disk = disk;
    this.sizeBytes = sizeBytes;
    this.readOnly = readOnly;
    this.outputs = outputs;
  }

  private static long features(boolean readOnly) {
    return F_SIZE_MAX
        | F_SEG_MAX
        | F_BLK_SIZE
        | F_FLUSH
        | F_TOPOLOGY
        | F_DISCARD
        | F_WRITE_ZEROES
        | (readOnly ? F_RO : 0);
  }

  /** {@code struct virtio_blk_config} (5.2.4); what is not set belongs to features not offered. */
  private static byte[] config(long sectors) {
    int rangeSectorsMax = RANGE_BYTES_MAX / SECTOR_BYTES;
    return ByteBuffer.allocate(CONFIG_BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(0, sectors) // capacity
        .putInt(8, SEGMENT_BYTES_MAX) // size_max
        .putInt(12, SEGMENTS_MAX) // seg_max
        .putInt(20, SECTOR_BYTES) // blk_size
        .put(24, (byte) Integer.numberOfTrailingZeros(STORE_BLOCK_SECTORS)) // physical_block_exp
        .putShort(26, (short) STORE_BLOCK_SECTORS) // min_io_size
        .putInt(28, STORE_BLOCK_SECTORS) // opt_io_size
        .putInt(36, rangeSectorsMax) // max_discard_sectors
        .putInt(40, 1) // max_discard_seg
        .putInt(44, STORE_BLOCK_SECTORS) // discard_sector_alignment
        .putInt(48, rangeSectorsMax) // max_write_zeroes_sectors
        .putInt(52, 1) // max_write_zeroes_seg
        .put(56, (byte) 1) // write_zeroes_may_unmap
        .array();
  }

  /**
   * The disk has this size from now on (5.2.4): the driver is told, if it is another than before.
   * What it had asked for beyond a new end is for the disk to refuse.
   *
   * @param newSizeBytes a multiple of 4096
   * @throws IllegalArgumentException for another
   */
  public void resized(long newSizeBytes) {
    if (newSizeBytes <= 0 || newSizeBytes % (STORE_BLOCK_SECTORS * SECTOR_BYTES) != 0) {
      throw new IllegalArgumentException("disk of " + newSizeBytes + " bytes");
    }
    if (newSizeBytes != sizeBytes) {
      sizeBytes = newSizeBytes;
      reconfigure(config(sizeBytes / SECTOR_BYTES));
      notifyOfConfigChange();
    }
  }

  @Override
  protected int configGeneration() {
    return (int) (sizeBytes / (STORE_BLOCK_SECTORS * SECTOR_BYTES));
  }

  @Override
  protected void kicked(int index) {
    serve();
  }

  /** Takes what is available, up to the bound on held bytes. */
  private void serve() {
    Virtqueue queue = queue(0);
    while (requests.heldBytes() < HELD_BYTES_MAX) {
      Optional<DescriptorChain> chain = queue.take();
      if (chain.isEmpty()) {
        break;
      }
      start(chain.get());
    }
    queue.expectKick();
    notifyDriver(queue);
  }

  private void start(DescriptorChain chain) {
    if (chain.readableBytes() < HEADER_BYTES || chain.writableBytes() < 1) {
      needsReset(); // there is no place to put a status
      return;
    }
    ByteBuffer header = littleEndian(chain.read(0, HEADER_BYTES));
    int type = header.getInt(0);
    long sector = header.getLong(8);
    switch (type) {
      case T_IN -> startRead(chain, sector);
      case T_OUT -> startWrite(chain, sector);
      case T_FLUSH -> request(chain, DiskOperation.FLUSH, 0, 0, Bytes.EMPTY);
      case T_GET_ID -> identify(chain);
      case T_DISCARD -> startRange(chain, DiskOperation.TRIM, 0);
      case T_WRITE_ZEROES -> startRange(chain, DiskOperation.WRITE_ZEROES, RANGE_F_UNMAP);
      default -> finish(chain, S_UNSUPP, 0);
    }
  }

  private void startRead(DescriptorChain chain, long sector) {
    long length = chain.writableBytes() - 1;
    if (transferValid(sector, length)) {
      request(chain, DiskOperation.READ, sector * SECTOR_BYTES, (int) length, Bytes.EMPTY);
    } else {
      finish(chain, S_IOERR, 0);
    }
  }

  private void startWrite(DescriptorChain chain, long sector) {
    long length = chain.readableBytes() - HEADER_BYTES;
    if (!readOnly && transferValid(sector, length)) {
      Bytes data = Bytes.of(chain.read(HEADER_BYTES, (int) length));
      request(chain, DiskOperation.WRITE, sector * SECTOR_BYTES, (int) length, data);
    } else {
      finish(chain, S_IOERR, 0);
    }
  }

  private void startRange(DescriptorChain chain, DiskOperation operation, int flagsAllowed) {
    if (chain.readableBytes() != HEADER_BYTES + RANGE_BYTES) {
      finish(chain, S_IOERR, 0); // one segment, as max_discard_seg says
      return;
    }
    ByteBuffer range = littleEndian(chain.read(HEADER_BYTES, RANGE_BYTES));
    long sector = range.getLong(0);
    long length = (range.getInt(8) & 0xffff_ffffL) * SECTOR_BYTES;
    if ((range.getInt(12) & ~flagsAllowed) != 0) {
      finish(chain, S_UNSUPP, 0); // 5.2.6.2
    } else if (readOnly || length > RANGE_BYTES_MAX || !onDisk(sector, length)) {
      finish(chain, S_IOERR, 0);
    } else {
      request(chain, operation, sector * SECTOR_BYTES, (int) length, Bytes.EMPTY);
    }
  }

  private void identify(DescriptorChain chain) {
    byte[] name = ("lockstep-disk-" + disk).getBytes(StandardCharsets.US_ASCII);
    int length = (int) Math.min(ID_BYTES, chain.writableBytes() - 1);
    chain.write(0, Arrays.copyOf(name, length));
    finish(chain, S_OK, length);
  }

  private boolean transferValid(long sector, long length) {
    return length <= REQUEST_BYTES_MAX && length % SECTOR_BYTES == 0 && onDisk(sector, length);
  }

  private boolean onDisk(long sector, long length) {
    long sectors = sizeBytes / SECTOR_BYTES;
    return length > 0 && sector >= 0 && sector <= sectors - length / SECTOR_BYTES;
  }

  private void request(
      DescriptorChain chain, DiskOperation operation, long offset, int length, Bytes data) {
    long id = nextRequestId++;
    int readBytes = operation == DiskOperation.READ ? length : 0;
    requests.add(new OpenRequest(id, chain, readBytes, readBytes + data.length()));
    outputs.emit(new Output.DiskRequested(disk, id, operation, offset, length, data));
  }

  /** The request has ended: its data, if it read any, enters guest memory now. */
  public void completed(Input.DiskCompleted completion) {
    Optional<OpenRequest> ended = requests.remove(completion.requestId());
    if (!running()) {
      return; // the driver has reset the device since
    }
    ended.ifPresent(request -> finish(request, completion));
    serve(); // an orphan's end makes room, too
  }

  private void finish(OpenRequest request, Input.DiskCompleted completion) {
    boolean read = completion.status() == DiskStatus.OK && request.readBytes() > 0;
    if (read && completion.data().length() != request.readBytes()) {
      finish(request.chain(), S_IOERR, 0);
    } else if (read) {
      request.chain().write(0, completion.data().array());
      finish(request.chain(), S_OK, request.readBytes());
    } else {
      finish(request.chain(), status(completion.status()), 0);
    }
  }

  private static int status(DiskStatus status) {
    return switch (status) {
      case OK -> S_OK;
      case IO_ERROR, NO_SPACE -> S_IOERR;
      case UNSUPPORTED -> S_UNSUPP;
    };
  }

  /** The status is the last writable byte (5.2.6). */
  private void finish(DescriptorChain chain, int status, int dataBytes) {
    chain.write(chain.writableBytes() - 1, new byte[] {(byte) status});
    queue(0).give(chain.head(), dataBytes + 1);
  }

  private static ByteBuffer littleEndian(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  @Override
  protected void resetType() {
    requests.orphanAll();
  }

  @Override
  protected void visitType(StateVisitor state) {
    nextRequestId = state.int64("nextRequestId", nextRequestId);
    sizeBytes = state.int64("sizeBytes", sizeBytes);
    if (state.restoring()) {
      reconfigure(config(sizeBytes / SECTOR_BYTES));
    }
    requests.visit(state, memory);
  }
}
