package lockstep.ft.log;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import lockstep.ft.wire.MalformedMessageException;
import lockstep.ft.wire.WireReader;
import lockstep.ft.wire.WireWriter;

/**
 * Bytes of a {@link LogEntry}, on the wire and in a file: length of the body (32 bits), CRC-32C of
 * the body (32 bits), then the body: lsn and position (64 bits each) and the payload.
 */
public final class LogEntryCodec {
  /** The longest body. */
  public static final int BODY_BYTES_MAX = InputCodec.DATA_BYTES_MAX + 1024;

  private final PayloadCodec payloads = new PayloadCodec();

  /** Appends the entry's bytes. */
  public void encode(LogEntry entry, WireWriter out) {
    int lengthAt = out.size();
    out.int32(0).int32(0);
    int bodyAt = out.size();
    out.int64(entry.lsn()).int64(entry.position());
    payloads.encode(entry.payload(), out);
    int length = out.size() - bodyAt;
    if (length > BODY_BYTES_MAX) {
      throw new IllegalArgumentException("a log entry of " + length + " bytes");
    }
    out.patchInt32(lengthAt, length);
    out.patchInt32(lengthAt + Integer.BYTES, checksum(out.view(bodyAt)));
  }

  /**
   * Reads one entry.
   *
   * @throws MalformedMessageException if it is cut short, its checksum differs, or its body is no
   *     entry
   */
  public LogEntry decode(WireReader in) throws MalformedMessageException {
    return decode(in.count32("length of a log entry", BODY_BYTES_MAX), in);
  }

  /** Reads what follows the length. */
  LogEntry decode(int length, WireReader in) throws MalformedMessageException {
    int expected = in.int32();
    WireReader body = in.part(length);
    int actual = checksum(body.view());
    if (actual != expected) {
      throw new MalformedMessageException(
          String.format("log entry corrupt: CRC-32C is %08x, not %08x", actual, expected));
    }
    LogEntry entry =
        new LogEntry(body.count64("lsn"), body.count64("position"), payloads.decode(body));
    body.expectEnd();
    return entry;
  }

  private static int checksum(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }
}
