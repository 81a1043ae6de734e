package lockstep.vmm.replica;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import lockstep.ft.arbiter.ReplicaId;
import lockstep.ft.core.Divergence;
import lockstep.ft.core.Effect;
import lockstep.ft.core.Replica;
import lockstep.ft.core.Role;
import lockstep.ft.definition.DefinitionCodec;
import lockstep.ft.definition.VmDefinition;
import lockstep.ft.log.LogEntry;
import lockstep.ft.machine.DeterministicMachine;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a VMM writes to files: saved states, states kept after a divergence, its recording. */
final class Keeping {
  private static final Logger log = LoggerFactory.getLogger(Keeping.class);

  /** A live guest stands still for its evidence no longer than this, and less if its lease says. */
  private static final long LIVE_NANOS_MAX = TimeUnit.SECONDS.toNanos(3);

  private static final long BACKUP_NANOS_MAX = TimeUnit.SECONDS.toNanos(60);

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
   * Keeps this replica's side of a divergence. A live guest stands still while its state is read,
   * which ends in time for its lease even if the disk is slow or hangs: the backup's side, which is
   * kept at leisure, has the last equal state and the log as well. A backup's process ends behind
   * this, so it is waited for.
   */
  void keepDivergence(Effect.DivergenceFound found) {
    Divergence divergence = found.divergence();
    boolean isLive = divergence.by() == Role.PRIMARY;
    long nanosMax = Math.min(found.nanosMax(), isLive ? LIVE_NANOS_MAX : BACKUP_NANOS_MAX);
    CompletableFuture<Void> told =
        kept.keep(
                divergence,
                self,
                nanosMax,
                out -> DivergenceFile.write(out, definition, self, divergence, machine))
            .handle((file, failure) -> tell(divergence, file, failure));
    if (!isLive) {
      told.completeOnTimeout(null, BACKUP_NANOS_MAX, TimeUnit.NANOSECONDS).join();
    }
  }

  private static @Nullable Void tell(
      Divergence divergence, @Nullable Path file, @Nullable Throwable failure) {
    String where =
        failure != null
            ? "it could not be kept: " + failure
            : "explain=\"lockstep diverge " + Objects.requireNonNull(file).toAbsolutePath() + '"';
    log.error(
        "divergence role={} epoch={} lsn={} position={} what=\"{}\" {}",
        divergence.by(),
        divergence.epoch(),
        divergence.lsn(),
        divergence.position(),
        divergence.what(),
        where);
    return null;
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
