package lockstep.vmm.replica;

import java.io.IOException;
import lockstep.ft.log.LogEntry;

/** Writes a recording. */
interface LogRecorder {
  void append(LogEntry entry);

  void close() throws IOException;
}
