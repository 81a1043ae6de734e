package lockstep.vmm.replica;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import lockstep.ft.core.CoreState;
import lockstep.ft.core.CoreStateCodec;
import lockstep.ft.core.Effect;
import lockstep.ft.core.Replayer;
import lockstep.ft.core.ReplicaConfig;
import lockstep.ft.definition.DefinitionCodec;
import lockstep.ft.definition.InvalidDefinitionException;
import lockstep.ft.definition.VmDefinition;
import lockstep.ft.log.LogEntry;
import lockstep.ft.log.Payload;
import lockstep.ft.log.RecordingHeader;
import lockstep.ft.log.RecordingReader;
import lockstep.ft.log.RecordingWriter;
import lockstep.ft.machine.DeterministicMachine;
import lockstep.ft.machine.StateHash;
import lockstep.ft.machine.StateHistory;
import lockstep.ft.wire.MalformedMessageException;
import lockstep.vmm.compiler.CompilerMode;
import lockstep.vmm.machine.Machine;

/**
 * Replays a recording to its end, comparing outputs and every state hash that it holds. It begins
 * with power-on, or with a state that it holds (see {@link DivergenceFile}).
 */
public final class RecordingReplay {
  private static final long STEPS_PER_TURN = 10_000_000;

  /** No kernel and no initramfs is larger; a length beyond it is a corrupt one. */
  private static final long SECTION_BYTES_MAX = 128 << 20;

  private RecordingReplay() {}

  /** What is done about the state hashes of the recording. */
  public enum Checks {
    /** Each is compared. */
    COMPARED,

    /** Nothing: the guest alone is executed. */
    IGNORED,

    /**
     * As by a replica of a pair: each is compared, the state there is remembered, and when much has
     * changed since, another check is made.
     */
    REMEMBERED
  }

  /** In a pair, another check is made when so much has changed: half of what is kept. */
  private static final long CHANGED_BYTES_MAX = ReplicaConfig.Limits.DEFAULT.evidenceBytesMax() / 2;

  /**
   * How a replay went.
   *
   * @param position at its end, in steps
   * @param steps how many were executed
   * @param hashesCompared how many state hashes of the recording were compared
   * @param lastHash of the machine at the end
   * @param complete whether the recording has its end; false if its writer was killed
   * @param difference where and how the machine differed; empty if it never did
   */
  public record Result(
      long position,
      long steps,
      long entries,
      long hashesCompared,
      StateHash lastHash,
      boolean complete,
      Optional<String> difference) {}

  /**
   * @param compiler what is compiled meanwhile: the recording does not know, nor does the guest
   * @param progress hears the position now and then
   * @throws IOException if the file can't be read, is no recording, is corrupt, or was made by
   *     another machine version; the text says which and where
   */
  public static Result run(Path file, CompilerMode compiler, LongConsumer progress)
      throws IOException {
    return run(file, compiler, Checks.COMPARED, progress);
  }

  /** As {@link #run(Path, CompilerMode, LongConsumer)}; for measuring what the checks cost. */
  public static Result run(Path file, CompilerMode compiler, Checks checks, LongConsumer progress)
      throws IOException {
    try (RecordingReader reader =
        new RecordingReader(new BufferedInputStream(Files.newInputStream(file), 1 << 20))) {
      VmDefinition definition = definition(reader.header());
      Start start = start(reader, definition, compiler, Files.size(file));
      return replay(reader, definition, start, checks, progress);
    } catch (MalformedMessageException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  static VmDefinition definition(RecordingHeader header) throws IOException {
    if (header.machineVersion() != Machine.VERSION) {
      throw new IOException(
          "recorded by machine version "
              + header.machineVersion()
              + ", this is "
              + Machine.VERSION);
    }
    String json = new String(header.definition().array(), StandardCharsets.UTF_8);
    try {
      VmDefinition definition = DefinitionCodec.fromJson(json);
      if (!DefinitionCodec.digest(definition).equals(header.definitionDigest())) {
        throw new IOException("the recording is corrupt: its definition is not that of its digest");
      }
      return definition;
    } catch (InvalidDefinitionException e) {
      throw new IOException("the recording's definition is refused: " + e.getMessage(), e);
    }
  }

  /** Where the recording begins. */
  private record Start(DeterministicMachine machine, CoreState core) {}

  private static Start start(
      RecordingReader reader, VmDefinition definition, CompilerMode compiler, long fileBytes)
      throws IOException, MalformedMessageException {
    Map<String, byte[]> sections = new HashMap<>();
    Optional<DeterministicMachine> restored = Optional.empty();
    for (var next = reader.nextSection(); next.isPresent(); next = reader.nextSection()) {
      String name = next.get().name();
      if (name.equals(RecordingWriter.MACHINE_STATE) || name.equals(RecordingWriter.OWN_STATE)) {
        try (InputStream content = new BufferedInputStream(next.get().content(), 1 << 20)) {
          if (name.equals(RecordingWriter.MACHINE_STATE)) {
            restored = Optional.of(Machines.restore(definition, compiler, content));
          }
          content.transferTo(OutputStream.nullOutputStream());
        }
        continue;
      }
      if (next.get().length() > Math.min(fileBytes, SECTION_BYTES_MAX)) {
        throw new MalformedMessageException(
            "the recording is corrupt: section %s of %d bytes"
                .formatted(name, next.get().length()));
      }
      try (InputStream content = next.get().content()) {
        sections.put(name, content.readAllBytes());
      }
    }
    if (restored.isPresent()) {
      byte[] core = sections.getOrDefault(RecordingWriter.CORE_STATE, new byte[0]);
      return new Start(restored.get(), new CoreStateCodec().fromBytes(core));
    }
    ByteBuffer kernel = section(sections, RecordingWriter.KERNEL);
    ByteBuffer initramfs = section(sections, RecordingWriter.INITRAMFS);
    return new Start(Machines.create(definition, kernel, initramfs, compiler), CoreState.POWER_ON);
  }

  private static ByteBuffer section(Map<String, byte[]> sections, String name) {
    return ByteBuffer.wrap(sections.getOrDefault(name, new byte[0]));
  }

  private static Result replay(
      RecordingReader reader,
      VmDefinition definition,
      Start start,
      Checks checks,
      LongConsumer progress)
      throws IOException, MalformedMessageException {
    DeterministicMachine machine = start.machine;
    long begunAt = machine.position();
    long[] hashes = {0};
    long entries = 0;
    Optional<String> difference = Optional.empty();
    Optional<LogEntry> next = reader.nextEntry();
    Replayer replayer =
        new Replayer(
            machine, definition.disks().size(), start.core, next.map(LogEntry::lsn).orElse(0L));
    while (next.isPresent() && difference.isEmpty()) {
      entries++;
      LogEntry entry = checks == Checks.IGNORED ? withoutCheck(next.get()) : next.get();
      if (!replayer.receive(entry)) {
        throw new IOException("entry " + entry.lsn() + " does not follow the one before");
      }
      while (!replayer.isDone() && difference.isEmpty()) {
        difference =
            replayer.run(
                STEPS_PER_TURN,
                effect -> {
                  if (effect instanceof Effect.Hashed) {
                    hashes[0]++;
                    progress.accept(machine.position());
                  }
                });
      }
      if (checks == Checks.REMEMBERED) {
        remember(machine.history(), entry);
      }
      next = reader.nextEntry();
    }
    boolean complete = reader.end().map(end -> end == RecordingReader.End.COMPLETE).orElse(false);
    return new Result(
        machine.position(),
        machine.position() - begunAt,
        entries,
        hashes[0],
        machine.hash(),
        complete,
        difference);
  }

  private static LogEntry withoutCheck(LogEntry entry) {
    return entry.payload() instanceof Payload.HashChecked
        ? new LogEntry(entry.lsn(), entry.position(), new Payload.Progressed())
        : entry;
  }

  private static void remember(StateHistory history, LogEntry entry) {
    if (entry.payload() instanceof Payload.HashChecked || history.keptBytes() > CHANGED_BYTES_MAX) {
      history.forgetBefore(history.remember());
    }
  }
}
