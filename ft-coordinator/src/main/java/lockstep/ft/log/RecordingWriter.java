package lockstep.ft.log;

import java.io.Closeable;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.zip.CheckedOutputStream;
import lockstep.ft.wire.WireWriter;

/**
 * Writes a recording: header, sections, entries. The form is described in {@link RecordingFormat}.
 */
public final class RecordingWriter implements Closeable {
  /** Name of the section that holds the kernel Image. */
  public static final String KERNEL = RecordingFormat.KERNEL;

  /** Name of the section that holds the initramfs. */
  public static final String INITRAMFS = RecordingFormat.INITRAMFS;

  /** Name of the section that holds the machine's saved state, if not begun with power-on. */
  public static final String MACHINE_STATE = RecordingFormat.MACHINE_STATE;

  /** Name of the section that holds the core's state beside it. */
  public static final String CORE_STATE = RecordingFormat.CORE_STATE;

  /** Name of the section that says how two machines differed, if the recording is about that. */
  public static final String DIVERGENCE = RecordingFormat.DIVERGENCE;

  /** Name of the section that holds the state of one of them. */
  public static final String OWN_STATE = RecordingFormat.OWN_STATE;

  private static final int COPY_BYTES = 1 << 16;

  private final DataOutputStream out;
  private final LogEntryCodec entries = new LogEntryCodec();
  private boolean inEntries;
  private long count;

  /**
   * Writes the header.
   *
   * @param out buffered, closed by {@link #close}
   */
  public RecordingWriter(OutputStream out, RecordingHeader header) throws IOException {
    this.out = new DataOutputStream(out);
    this.out.write(RecordingFormat.MAGIC);
    this.out.writeInt(RecordingFormat.VERSION);
    WireWriter encoded = new WireWriter();
    RecordingFormat.encode(header, encoded);
    this.out.writeInt(encoded.size());
    this.out.write(encoded.toByteArray());
  }

  /**
   * Writes a section; all of them before the first entry.
   *
   * @param name not empty
   * @param content exactly {@code length} bytes are taken of it
   * @throws IOException if the file can't be written or {@code content} is shorter
   */
  public void section(String name, long length, InputStream content) throws IOException {
    section(
        name,
        length,
        to -> {
          byte[] buffer = new byte[COPY_BYTES];
          for (long left = length; left > 0; ) {
            int read = content.read(buffer, 0, (int) Math.min(left, buffer.length));
            if (read < 0) {
              throw new EOFException("section " + name + " is " + left + " bytes short");
            }
            to.write(buffer, 0, read);
            left -= read;
          }
        });
  }

  /** Writes the content of a section. */
  @FunctionalInterface
  public interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  /**
   * Writes a section of a length that nobody knows yet.
   *
   * @param content asked twice, first for its length; writes the same both times
   */
  public void section(String name, Content content) throws IOException {
    long[] length = {0};
    content.writeTo(
        new OutputStream() {
          @Override
          public void write(int one) {
            length[0]++;
          }

          @Override
          public void write(byte[] bytes, int offset, int count) {
            length[0] += count;
          }
        });
    section(name, length[0], content);
  }

  private void section(String name, long length, Content content) throws IOException {
    if (inEntries || name.isEmpty() || length < 0) {
      throw new IllegalStateException("no place for a section named '" + name + "'");
    }
    out.writeUTF(name);
    out.writeLong(length);
    CheckedOutputStream checked =
        new CheckedOutputStream(out, RecordingFormat.sectionChecksum(name, length));
    content.writeTo(checked);
    out.writeInt((int) checked.getChecksum().getValue());
  }

  /** Appends the next entry. */
  public void append(LogEntry entry) throws IOException {
    endSections();
    WireWriter encoded = new WireWriter();
    entries.encode(entry, encoded);
    out.write(encoded.toByteArray());
    count++;
  }

  /** Lets what was appended reach the file. */
  public void flush() throws IOException {
    out.flush();
  }

  /** Writes the end, and closes the file. */
  @Override
  public void close() throws IOException {
    try (out) {
      endSections();
      out.writeInt(RecordingFormat.END);
      out.writeLong(count);
    }
  }

  private void endSections() throws IOException {
    if (!inEntries) {
      out.writeUTF("");
      inEntries = true;
    }
  }
}
