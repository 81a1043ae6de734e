package lockstep.ft.log;

import java.io.Closeable;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32C;
import lockstep.ft.wire.MalformedMessageException;
import lockstep.ft.wire.WireReader;

/**
 * Reads a recording: the header, then every section, then the entries. The form is described in
 * {@link RecordingFormat}.
 */
public final class RecordingReader implements Closeable {

  /**
   * A section; its content must be read to the end before the next is asked for.
   *
   * @param content ends after {@code length} bytes; throws an IOException there if they are corrupt
   */
  public record Section(String name, long length, InputStream content) {}

  /** How a recording ended. */
  public enum End {
    /** With its end: nothing is missing. */
    COMPLETE,
    /** In the middle: the recorder was stopped, or the file was cut. What was read is good. */
    CUT
  }

  private final DataInputStream in;
  private final RecordingHeader header;
  private final LogEntryCodec entries = new LogEntryCodec();
  private boolean sectionsEnded;
  private Optional<End> end = Optional.empty();
  private long nextLsn = -1;
  private long lastPosition;
  private long count;

  /**
   * Reads the header.
   *
   * @param in buffered, closed by {@link #close}
   * @throws MalformedMessageException if it is no recording, or of another format version
   */
  public RecordingReader(InputStream in) throws IOException, MalformedMessageException {
    this.in = new DataInputStream(in);
    byte[] magic = this.in.readNBytes(RecordingFormat.MAGIC.length);
    if (!Arrays.equals(magic, RecordingFormat.MAGIC)) {
      throw new MalformedMessageException("this file is no recording");
    }
    try {
      int version = this.in.readInt();
      if (version != RecordingFormat.VERSION) {
        throw new MalformedMessageException(
            "a recording of format " + version + ", not " + RecordingFormat.VERSION);
      }
      int length = this.in.readInt();
      if (length < 0 || length > RecordingFormat.HEADER_BYTES_MAX) {
        throw new MalformedMessageException("a header of " + length + " bytes");
      }
      this.header = RecordingFormat.decode(new WireReader(readExactly(length)));
    } catch (EOFException _) {
      throw new MalformedMessageException("the recording is cut short in its header");
    }
  }

  public RecordingHeader header() {
    return header;
  }

  /**
   * The next section, or empty behind the last.
   *
   * @throws MalformedMessageException if the file is cut short or corrupt here
   */
  public Optional<Section> nextSection() throws IOException, MalformedMessageException {
    if (sectionsEnded) {
      return Optional.empty();
    }
    try {
      String name = in.readUTF();
      if (name.isEmpty()) {
        sectionsEnded = true;
        return Optional.empty();
      }
      long length = in.readLong();
      if (length < 0) {
        throw new MalformedMessageException("section " + name + " of " + length + " bytes");
      }
      return Optional.of(new Section(name, length, new Content(name, length)));
    } catch (EOFException _) {
      throw new MalformedMessageException("the recording is cut short in its sections");
    }
  }

  /**
   * The next entry, or empty at the end: see {@link #end}. Behind the last section.
   *
   * @throws MalformedMessageException if an entry is corrupt, or does not follow the one before
   */
  public Optional<LogEntry> nextEntry() throws IOException, MalformedMessageException {
    if (!sectionsEnded) {
      throw new IllegalStateException("sections are left");
    }
    if (end.isPresent()) {
      return Optional.empty();
    }
    try {
      int length = in.readInt();
      if (length == RecordingFormat.END) {
        return atEnd();
      }
      if (length < 0 || length > LogEntryCodec.BODY_BYTES_MAX) {
        throw new MalformedMessageException("log entry corrupt: " + length + " bytes long");
      }
      byte[] rest = readExactly(Integer.BYTES + length);
      LogEntry entry = entries.decode(length, new WireReader(rest));
      boolean follows = nextLsn < 0 || entry.lsn() == nextLsn;
      if (!follows || entry.position() < lastPosition) {
        throw new MalformedMessageException(
            "lsn " + entry.lsn() + " at " + entry.position() + " does not follow the one before");
      }
      nextLsn = entry.lsn() + 1;
      lastPosition = entry.position();
      count++;
      return Optional.of(entry);
    } catch (EOFException _) {
      end = Optional.of(End.CUT);
      return Optional.empty();
    }
  }

  private Optional<LogEntry> atEnd() throws IOException, MalformedMessageException {
    long written = in.readLong();
    if (written != count) {
      throw new MalformedMessageException(
          written + " entries were written, " + count + " are here");
    }
    end = Optional.of(End.COMPLETE);
    return Optional.empty();
  }

  /** How the recording ended; empty while entries may follow. */
  public Optional<End> end() {
    return end;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  private byte[] readExactly(int length) throws IOException {
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException();
    }
    return bytes;
  }

  /** The content of a section, with its checksum checked at its end. */
  private final class Content extends FilterInputStream {
    private final String name;
    private final CRC32C crc;
    private long left;
    private boolean checked;

    Content(String name, long length) throws IOException {
      super(RecordingReader.this.in);
      this.name = name;
      this.left = length;
      this.crc = RecordingFormat.sectionChecksum(name, length);
      checkAtEnd();
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
      if (left == 0) {
        return -1;
      }
      int read = super.in.read(to, offset, (int) Math.min(left, length));
      if (read < 0) {
        throw new EOFException("the recording is cut short in section " + name);
      }
      crc.update(to, offset, read);
      left -= read;
      checkAtEnd();
      return read;
    }

    private void checkAtEnd() throws IOException {
      if (left == 0 && !checked) {
        checked = true;
        int expected = RecordingReader.this.in.readInt();
        if ((int) crc.getValue() != expected) {
          throw new IOException("the recording is corrupt in section " + name);
        }
      }
    }

    @Override
    public long skip(long count) throws IOException {
      long skipped = 0;
      while (skipped < count && read() >= 0) {
        skipped++;
      }
      return skipped;
    }

    @Override
    public int available() {
      return 0;
    }

    @Override
    public boolean markSupported() {
      return false;
    }

    /** Closes nothing: the file goes on behind the section. */
    @Override
    public void close() {}
  }
}
