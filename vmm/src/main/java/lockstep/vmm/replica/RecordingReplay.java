package lockstep.vmm.replica;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import lockstep.ft.core.CoreState;
import lockstep.ft.core.Effect;
import lockstep.ft.core.Replayer;
import lockstep.ft.definition.DefinitionCodec;
import lockstep.ft.definition.InvalidDefinitionException;
import lockstep.ft.definition.VmDefinition;
import lockstep.ft.log.LogEntry;
import lockstep.ft.log.RecordingHeader;
import lockstep.ft.log.RecordingReader;
import lockstep.ft.log.RecordingWriter;
import lockstep.ft.machine.DeterministicMachine;
import lockstep.ft.machine.StateHash;
import lockstep.ft.wire.MalformedMessageException;
import lockstep.vmm.compiler.CompilerMode;
import lockstep.vmm.machine.Machine;

/** Replays a recording to its end, comparing outputs and every state hash that it holds. */
public final class RecordingReplay {
  private static final long STEPS_PER_TURN = 10_000_000;

  /** No kernel and no initramfs is larger; a length beyond it is a corrupt one. */
  private static final long SECTION_BYTES_MAX = 128 << 20;

  private RecordingReplay() {}

  /**
   * How a replay went.
   *
   * @param position at its end, in steps
   * @param hashesCompared how many state hashes of the recording were compared
   * @param lastHash of the machine at the end
   * @param complete whether the recording has its end; false if its writer was killed
   * @param difference where and how the machine differed; empty if it never did
   */
  public record Result(
      long position,
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
    try (RecordingReader reader =
        new RecordingReader(new BufferedInputStream(Files.newInputStream(file), 1 << 20))) {
      VmDefinition definition = definition(reader.header());
      DeterministicMachine machine = machine(reader, definition, compiler, Files.size(file));
      return replay(reader, definition, machine, progress);
    } catch (MalformedMessageException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  private static VmDefinition definition(RecordingHeader header) throws IOException {
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

  private static DeterministicMachine machine(
      RecordingReader reader, VmDefinition definition, CompilerMode compiler, long fileBytes)
      throws IOException, MalformedMessageException {
    Map<String, byte[]> sections = new HashMap<>();
    for (var next = reader.nextSection(); next.isPresent(); next = reader.nextSection()) {
      if (next.get().length() > Math.min(fileBytes, SECTION_BYTES_MAX)) {
        throw new MalformedMessageException(
            "the recording is corrupt: section %s of %d bytes"
                .formatted(next.get().name(), next.get().length()));
      }
      try (InputStream content = next.get().content()) {
        sections.put(next.get().name(), content.readAllBytes());
      }
    }
    byte[] kernel = sections.getOrDefault(RecordingWriter.KERNEL, new byte[0]);
    byte[] initramfs = sections.getOrDefault(RecordingWriter.INITRAMFS, new byte[0]);
    return Machines.create(definition, kernel, initramfs, compiler);
  }

  private static Result replay(
      RecordingReader reader,
      VmDefinition definition,
      DeterministicMachine machine,
      LongConsumer progress)
      throws IOException, MalformedMessageException {
    Replayer replayer = new Replayer(machine, definition.disks().size(), CoreState.POWER_ON);
    long[] hashes = {0};
    long entries = 0;
    Optional<String> difference = Optional.empty();
    Optional<LogEntry> next = reader.nextEntry();
    while (next.isPresent() && difference.isEmpty()) {
      entries++;
      if (!replayer.receive(next.get())) {
        throw new IOException("entry " + next.get().lsn() + " does not follow the one before");
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
      next = reader.nextEntry();
    }
    boolean complete = reader.end().map(end -> end == RecordingReader.End.COMPLETE).orElse(false);
    return new Result(machine.position(), entries, hashes[0], machine.hash(), complete, difference);
  }
}
