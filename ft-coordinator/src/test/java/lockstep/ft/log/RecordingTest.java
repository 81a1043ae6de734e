package lockstep.ft.log;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import lockstep.ft.machine.Bytes;
import lockstep.ft.wire.MalformedMessageException;
import org.junit.jupiter.api.Test;

final class RecordingTest {
  private static final RecordingHeader HEADER =
      new RecordingHeader(3, "web", Bytes.of(new byte[] {'{', '}'}), "digest");
  private static final byte[] KERNEL = new byte[100_000];

  static {
    Arrays.fill(KERNEL, (byte) 7);
  }

  private static byte[] recording(boolean ended) throws IOException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    RecordingWriter writer = new RecordingWriter(file, HEADER);
    writer.section(RecordingWriter.KERNEL, KERNEL.length, new ByteArrayInputStream(KERNEL));
    writer.section(RecordingWriter.INITRAMFS, 0, new ByteArrayInputStream(new byte[0]));
    for (LogEntry entry : CodecTest.entries()) {
      writer.append(entry);
    }
    if (ended) {
      writer.close();
    }
    return file.toByteArray();
  }

  private static List<LogEntry> read(RecordingReader reader)
      throws IOException, MalformedMessageException {
    for (Optional<RecordingReader.Section> section = reader.nextSection();
        section.isPresent();
        section = reader.nextSection()) {
      byte[] content = section.get().content().readAllBytes();
      assertEquals(section.get().length(), content.length);
      if (section.get().name().equals(RecordingWriter.KERNEL)) {
        assertArrayEquals(KERNEL, content);
      }
    }
    List<LogEntry> entries = new ArrayList<>();
    for (Optional<LogEntry> entry = reader.nextEntry();
        entry.isPresent();
        entry = reader.nextEntry()) {
      entries.add(entry.get());
    }
    return entries;
  }

  private static RecordingReader reader(byte[] file) throws IOException, MalformedMessageException {
    return new RecordingReader(new ByteArrayInputStream(file));
  }

  @Test
  void recordingGivesBackWhatWasWritten() throws IOException, MalformedMessageException {
    RecordingReader reader = reader(recording(true));
    assertEquals(HEADER, reader.header());
    assertEquals(CodecTest.entries(), read(reader));
    assertEquals(Optional.of(RecordingReader.End.COMPLETE), reader.end());
  }

  @Test
  void recordingWithoutItsEndIsCutButGood() throws IOException, MalformedMessageException {
    byte[] file = recording(false);
    RecordingReader reader = reader(file);
    assertEquals(CodecTest.entries(), read(reader));
    assertEquals(Optional.of(RecordingReader.End.CUT), reader.end());
    RecordingReader shorter = reader(Arrays.copyOf(file, file.length - 1));
    assertEquals(CodecTest.entries().size() - 1, read(shorter).size());
  }

  @Test
  void recordingCutInItsSectionsIsNone() throws IOException {
    byte[] file = recording(true);
    for (int length = 0; length < KERNEL.length; length += 997) {
      byte[] cut = Arrays.copyOf(file, length);
      assertTrue(fails(cut), "cut at " + length);
    }
  }

  @Test
  void anyFlippedByteIsNoticed() throws IOException {
    byte[] file = recording(true);
    int afterKernel = KERNEL.length + 30;
    for (int at = afterKernel; at < file.length; at++) {
      byte[] flipped = file.clone();
      flipped[at] ^= 0x40;
      assertTrue(fails(flipped), "flipped at " + at + " of " + file.length);
    }
    file[KERNEL.length / 2] ^= 1;
    assertTrue(fails(file));
  }

  /** Whether reading it fails, or ends before its end, or gives other sections than there were. */
  private static boolean fails(byte[] file) {
    try {
      RecordingReader reader = reader(file);
      List<LogEntry> entries = read(reader);
      return !entries.equals(CodecTest.entries())
          || !reader.header().equals(HEADER)
          || !reader.end().equals(Optional.of(RecordingReader.End.COMPLETE));
    } catch (IOException | MalformedMessageException | AssertionError expected) {
      return true;
    }
  }

  @Test
  void otherFileIsNoRecording() {
    assertThrows(MalformedMessageException.class, () -> reader(new byte[100]));
    assertThrows(MalformedMessageException.class, () -> reader(new byte[0]));
  }
}
