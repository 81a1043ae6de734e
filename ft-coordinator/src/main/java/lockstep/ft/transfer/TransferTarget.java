package lockstep.ft.transfer;

import java.io.ByteArrayOutputStream;
import lockstep.ft.log.LogChannelMessage.TransferPages;
import lockstep.ft.machine.Bytes;
import lockstep.ft.machine.DeterministicMachine;
import lockstep.ft.machine.PagedMemory;
import lockstep.ft.wire.MalformedMessageException;

/**
 * The receiving end of a state transfer: writes the pages into its machine as they come, and keeps
 * the rest until it is complete.
 */
public final class TransferTarget {
  /** Far above what a machine has beside its pages. */
  private static final int MACHINE_STATE_BYTES_MAX = 32 << 20;

  /** What the cut carries may be counted without what it costs to write it down. */
  private static final int CARRIED_FACTOR = 2;

  private final long stateBytesMax;

  private final DeterministicMachine machine;
  private final ByteArrayOutputStream state = new ByteArrayOutputStream();
  private long bytesTaken;

  /**
   * Makes room: the machine's memory is zero from now on.
   *
   * @param limits as the source keeps them
   * @throws MalformedMessageException if the other machine's memory is not of the same size
   */
  public TransferTarget(
      DeterministicMachine machine, TransferLimits limits, int pageCount, int pageBytes)
      throws MalformedMessageException {
    PagedMemory memory = machine.pages();
    if (pageCount != memory.pageCount() || pageBytes != memory.pageBytes()) {
      throw new MalformedMessageException(
          "memory of "
              + pageCount
              + " pages of "
              + pageBytes
              + " bytes, here it has "
              + memory.pageCount()
              + " of "
              + memory.pageBytes());
    }
    this.machine = machine;
    this.stateBytesMax = MACHINE_STATE_BYTES_MAX + CARRIED_FACTOR * limits.cutStateBytesMax();
    memory.clear();
  }

  /** Takes pages; a page may come again, with what it holds by then. */
  public void take(TransferPages pages) throws MalformedMessageException {
    PagedMemory memory = machine.pages();
    for (PagedMemory.Contents contents : pages.pages()) {
      int length = contents.contents().length();
      if (contents.page() >= memory.pageCount() || (length != 0 && length != memory.pageBytes())) {
        throw new MalformedMessageException("page " + contents.page() + " of " + length + " bytes");
      }
      memory.writePage(contents);
    }
    bytesTaken += pages.sizeBytes();
    // Hashing as the pages come spares one long pause at the end.
    var _ = machine.hash();
  }

  /** Takes the next part of the state without pages. */
  public void take(Bytes part) throws MalformedMessageException {
    if (state.size() + part.length() > stateBytesMax) {
      throw new MalformedMessageException("more than " + stateBytesMax + " bytes of state");
    }
    state.write(part.array(), 0, part.length());
  }

  /** Of pages, as {@link TransferPages#sizeBytes} counts. */
  public long bytesTaken() {
    return bytesTaken;
  }

  /** Everything beside the pages, as far as it has come. */
  public byte[] state() {
    return state.toByteArray();
  }
}
