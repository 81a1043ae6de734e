package lockstep.ft.log;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import lockstep.ft.wire.MalformedMessageException;
import lockstep.ft.wire.WireReader;
import lockstep.ft.wire.WireWriter;

/**
 * The file of a recording ({@code .lockstep}), big endian:
 *
 * <pre>
 * magic "LOCKSTEP" (8), format version (4)
 * header: length (4), then machine version, VM's name, definition, its digest
 * sections: name, length (8), content, CRC-32C of the three (4); an empty name ends them
 * entries: each as LogEntryCodec writes it
 * end: -1 (4), number of entries (8)
 * </pre>
 *
 * <p>Sections are what the machine was made of, by name: {@link #KERNEL}, {@link #INITRAMFS},
 * {@link #MACHINE_STATE} with {@link #CORE_STATE} if it did not begin with power-on. What was read
 * from disks is in the entries. So the file needs nothing else to be replayed.
 *
 * <p>What a replica keeps of a divergence is a recording too, from the last equal state: with
 * {@link #DIVERGENCE}, which says what differed, and {@link #OWN_STATE}, the replica's machine
 * there.
 *
 * <p>A recording whose process was killed has no end: its whole entries are good nevertheless.
 */
final class RecordingFormat {
  static final String KERNEL = "kernel";
  static final String INITRAMFS = "initramfs";
  static final String MACHINE_STATE = "machine-state";
  static final String CORE_STATE = "core-state";
  static final String DIVERGENCE = "divergence";
  static final String OWN_STATE = "own-state";

  static final byte[] MAGIC = "LOCKSTEP".getBytes(StandardCharsets.US_ASCII);
  static final int VERSION = 2;
  static final int HEADER_BYTES_MAX = 1 << 20;
  static final int END = -1;

  private RecordingFormat() {}

  /** The checksum of a section, before its content. */
  static CRC32C sectionChecksum(String name, long length) {
    WireWriter start = new WireWriter();
    start.string(name).int64(length);
    CRC32C crc = new CRC32C();
    crc.update(start.toByteArray());
    return crc;
  }

  static void encode(RecordingHeader header, WireWriter to) {
    to.int32(header.machineVersion());
    to.string(header.vm());
    to.bytes(header.definition());
    to.string(header.definitionDigest());
  }

  static RecordingHeader decode(WireReader from) throws MalformedMessageException {
    RecordingHeader header =
        new RecordingHeader(
            from.int32(), from.string(), from.bytes(HEADER_BYTES_MAX), from.string());
    from.expectEnd();
    return header;
  }
}
