package lockstep.vmm.replica;

import io.netty.buffer.ByteBufInputStream;
import io.netty.buffer.Unpooled;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import lockstep.ft.definition.DefinitionCodec;
import lockstep.ft.definition.VmDefinition;
import lockstep.ft.log.LogEntry;
import lockstep.ft.log.RecordingHeader;
import lockstep.ft.log.RecordingWriter;
import lockstep.ft.machine.Bytes;
import lockstep.vmm.machine.Machine;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the log of a replica into a file that replays by itself ({@link RecordingReplay}). On the
 * guest's thread, through a buffer; a file that can't be written ends the recording, never the
 * guest.
 */
final class LogRecorder implements Closeable {
  private static final Logger log = LoggerFactory.getLogger(LogRecorder.class);
  private static final int BUFFER_BYTES = 1 << 20;

  private final Path file;
  private final RecordingWriter writer;
  private boolean failed;
  private boolean ended;

  private LogRecorder(Path file, RecordingWriter writer) {
    this.file = file;
    this.writer = writer;
  }

  /** Begins a recording from power-on. */
  static LogRecorder begin(
      Path file, VmDefinition definition, ByteBuffer kernel, ByteBuffer initramfs)
      throws IOException {
    String json = DefinitionCodec.toJson(definition);
    RecordingHeader header =
        new RecordingHeader(
            Machine.VERSION,
            definition.name(),
            Bytes.of(json.getBytes(StandardCharsets.UTF_8)),
            DefinitionCodec.digest(definition));
    RecordingWriter writer =
        new RecordingWriter(
            new BufferedOutputStream(Files.newOutputStream(file), BUFFER_BYTES), header);
    section(writer, RecordingWriter.KERNEL, kernel);
    section(writer, RecordingWriter.INITRAMFS, initramfs);
    return new LogRecorder(file, writer);
  }

  private static void section(RecordingWriter writer, String name, ByteBuffer content)
      throws IOException {
    try (InputStream in = new ByteBufInputStream(Unpooled.wrappedBuffer(content))) {
      writer.section(name, content.remaining(), in);
    }
  }

  void append(LogEntry entry) {
    if (failed || ended) {
      return;
    }
    try {
      writer.append(entry);
    } catch (IOException e) {
      failed = true;
      log.error("recording={} ended at lsn={}: {}", file, entry.lsn(), e.getMessage());
    }
  }

  /** Writes the recording's end; what is appended later is no part of it. */
  @Override
  public void close() throws IOException {
    if (!failed && !ended) {
      ended = true;
      writer.close();
    }
  }
}
