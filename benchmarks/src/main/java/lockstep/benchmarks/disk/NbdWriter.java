package lockstep.benchmarks.disk;

import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import lockstep.ft.nbd.Nbd;

/** What the simplest of clients sends: newstyle, EXPORT_NAME, then requests. */
final class NbdWriter {
  private NbdWriter() {}

  /** The flags of a client without zeroes, and the export by its name. */
  static void chooseExport(DataOutputStream out, String export) throws IOException {
    byte[] name = export.getBytes(StandardCharsets.UTF_8);
    out.writeInt(Nbd.FLAG_FIXED_NEWSTYLE | Nbd.FLAG_NO_ZEROES);
    out.writeLong(Nbd.OPTION_MAGIC);
    out.writeInt(Nbd.OPT_EXPORT_NAME);
    out.writeInt(name.length);
    out.write(name);
  }

  /** A request up to its payload. */
  static void request(
      DataOutputStream out, int flags, int type, long cookie, long offset, int length)
      throws IOException {
    out.writeInt(Nbd.REQUEST_MAGIC);
    out.writeShort(flags);
    out.writeShort(type);
    out.writeLong(cookie);
    out.writeLong(offset);
    out.writeInt(length);
  }
}
