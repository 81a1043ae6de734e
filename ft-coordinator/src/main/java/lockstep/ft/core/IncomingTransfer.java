package lockstep.ft.core;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import lockstep.ft.log.LogChannelMessage;
import lockstep.ft.machine.StateHash;
import lockstep.ft.transfer.TransferTarget;
import lockstep.ft.wire.MalformedMessageException;

/** A candidate's machine becomes like the live one's. Until it is, it is neither. */
final class IncomingTransfer {
  private static final int CORE_STATE_BYTES_MAX = 256 << 20;

  private final Core core;
  private final TransferTarget target;

  IncomingTransfer(Core core, LogChannelMessage.TransferBegan began)
      throws MalformedMessageException {
    this.core = core;
    this.target =
        new TransferTarget(
            core.guest.machine, core.limits.transfer(), began.pageCount(), began.pageBytes());
  }

  void take(LogChannelMessage.TransferPages pages) throws MalformedMessageException {
    target.take(pages);
  }

  void take(LogChannelMessage.TransferState part) throws MalformedMessageException {
    target.take(part.part());
  }

  long bytesTaken() {
    return target.bytesTaken();
  }

  /**
   * Everything has come: the machine continues from the cut.
   *
   * @return what the protocol must know beside it
   * @throws MalformedMessageException if the state is none of such a machine
   */
  CoreState complete() throws MalformedMessageException {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(target.state()))) {
      int length = in.readInt();
      if (length < 0 || length > CORE_STATE_BYTES_MAX) {
        throw new MalformedMessageException("core state of " + length + " bytes");
      }
      byte[] coreBytes = in.readNBytes(length);
      CoreState state = new CoreStateCodec().fromBytes(coreBytes);
      core.guest.machine.restoreWithoutPages(in);
      return state;
    } catch (IOException e) {
      throw new MalformedMessageException("transferred state: " + e.getMessage());
    }
  }

  /** How the machine differs from what it should be, or empty text. */
  String difference(LogChannelMessage.TransferCut cut) {
    StateHash hash = core.guest.machine.hash();
    long position = core.guest.machine.position();
    return position == cut.position() && hash.equals(cut.hash())
        ? ""
        : "after the transfer " + hash + " at " + position + ", the primary's is " + cut.hash();
  }
}
