package lockstep.vmm.replica;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import lockstep.ft.core.Effect;
import lockstep.ft.core.Replica;
import lockstep.ft.core.Role;
import lockstep.ft.log.LogEntry;
import lockstep.ft.machine.DeterministicMachine;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a VMM writes to files: saved states, states kept after a divergence, its recording. */
final class Keeping {
  private static final Logger log = LoggerFactory.getLogger(Keeping.class);

  private final VmmOptions options;
  private final String definitionDigest;
  private final DeterministicMachine machine;
  private final Optional<LogRecorder> recorder;

  Keeping(
      VmmOptions options,
      String definitionDigest,
      DeterministicMachine machine,
      Optional<LogRecorder> recorder) {
    this.options = options;
    this.definitionDigest = definitionDigest;
    this.machine = machine;
    this.recorder = recorder;
  }

  void record(LogEntry entry) {
    recorder.ifPresent(recording -> recording.append(entry));
  }

  /** Ends the recording. */
  void close() {
    try {
      if (recorder.isPresent()) {
        recorder.get().close();
      }
    } catch (IOException e) {
      log.error("the recording has no end: {}", e.getMessage());
    }
  }

  /** Keeps the machine's state for inspection. A full disk must not stop a live guest. */
  void keepDivergence(Effect.DivergenceFound found) {
    Path file = options.keepDirectory().resolve("diverged-at-" + found.position() + ".machine");
    log.error("divergence position={} what=\"{}\" kept={}", found.position(), found.what(), file);
    try {
      Files.createDirectories(options.keepDirectory());
      try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
        machine.save(out);
      }
    } catch (IOException e) {
      log.error("the state could not be kept: {}", e.getMessage());
    }
  }

  /**
   * Saves a guest that runs alone, so that replicas can start from where it is.
   *
   * @throws IllegalStateException if the guest does not run, or has a backup
   */
  Path saveForStart(Replica replica) throws IOException {
    if (replica.role() != Role.ALONE) {
      throw new IllegalStateException(
          "only a guest that runs alone can be saved; this replica is " + replica.role());
    }
    Files.createDirectories(options.keepDirectory());
    Path file = options.keepDirectory().resolve("saved-at-" + machine.position() + ".state");
    try {
      SavedState.save(file, definitionDigest, replica.coreState(), machine);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    log.info("saved position={} file={}", machine.position(), file);
    return file;
  }
}
