package lockstep.vmm.machine.board;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import lockstep.ft.machine.Bytes;
import lockstep.ft.machine.DiskStatus;
import lockstep.ft.machine.Input;
import lockstep.ft.machine.Output;

/** A disk made from a file that it never changes: what is written stays in memory. */
final class MemoryDisk {
  private static final long INCARNATION = 1;

  private final int index;
  private final MappedByteBuffer content; // copy on write

  MemoryDisk(int index, Path file) {
    this.index = index;
    try (FileChannel channel = FileChannel.open(file)) {
      content = privateMap(channel, file);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static MappedByteBuffer privateMap(FileChannel readable, Path file) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file, java.nio.file.StandardOpenOption.READ, java.nio.file.StandardOpenOption.WRITE)) {
      return channel.map(MapMode.PRIVATE, 0, readable.size());
    }
  }

  long sizeBytes() {
    return content.capacity();
  }

  /** Carries a request out and makes its completion. */
  Input.DiskCompleted answer(Output.DiskRequested request) {
    int offset = (int) request.offset();
    Bytes read = Bytes.EMPTY;
    switch (request.operation()) {
      case READ -> {
        byte[] data = new byte[request.length()];
        content.get(offset, data);
        read = Bytes.of(data);
      }
      case WRITE -> content.put(offset, request.data().array());
      case WRITE_ZEROES -> content.put(offset, ByteBuffer.allocate(request.length()).array());
      case FLUSH, TRIM -> {
        // Nothing is cached, and what was trimmed may still be there.
      }
    }
    return new Input.DiskCompleted(index, request.requestId(), DiskStatus.OK, read, INCARNATION);
  }
}
