package lockstep.vmm.replica;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import lockstep.ft.arbiter.ReplicaId;
import lockstep.ft.core.Divergence;
import lockstep.ft.core.Effect;
import lockstep.ft.core.Replica;
import lockstep.ft.core.Role;
import lockstep.ft.definition.DefinitionCodec;
import lockstep.ft.definition.VmDefinition;
import lockstep.ft.log.LogEntry;
import lockstep.ft.machine.DeterministicMachine;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a VMM writes to files: saved states, states kept after a divergence, its recording. */
final class Keeping {
  private static final Logger log = LoggerFactory.getLogger(Keeping.class);

  private final VmmOptions options;
  private final VmDefinition definition;
  private final ReplicaId self;
  private final KeptDivergences kept;
  private final DeterministicMachine machine;
  private final Optional<LogRecorder> recorder;

  Keeping(
      VmmOptions options,
      VmDefinition definition,
      ReplicaId self,
      DeterministicMachine machine,
      Optional<LogRecorder> recorder) {
    this.options = options;
    this.definition = definition;
    this.self = self;
    this.kept = new KeptDivergences(options.keepDirectory(), definition.name());
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

  /**
   * Keeps this replica's side of a divergence. A full disk must not stop a live guest, which stands
   * still meanwhile.
   */
  void keepDivergence(Effect.DivergenceFound found) {
    Divergence divergence = found.divergence();
    Path file = kept.fileFor(divergence, self);
    try {
      kept.makeRoom();
      DivergenceFile.write(file, definition, self, divergence, machine);
      log.error(
          "divergence role={} epoch={} lsn={} position={} what=\"{}\" explain=\"lockstep diverge {}\"",
          divergence.by(),
          divergence.epoch(),
          divergence.lsn(),
          divergence.position(),
          divergence.what(),
          file.toAbsolutePath());
    } catch (IOException e) {
      log.error(
          "divergence role={} epoch={} lsn={} position={} what=\"{}\"; it could not be kept: {}",
          divergence.by(),
          divergence.epoch(),
          divergence.lsn(),
          divergence.position(),
          divergence.what(),
          e.toString());
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
      SavedState.save(file, DefinitionCodec.digest(definition), replica.coreState(), machine);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    log.info("saved position={} file={}", machine.position(), file);
    return file;
  }
}
