package lockstep.vmm.replica;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lockstep.ft.arbiter.ReplicaId;
import lockstep.ft.core.CoreState;
import lockstep.ft.core.CoreStateCodec;
import lockstep.ft.core.Divergence;
import lockstep.ft.definition.DefinitionCodec;
import lockstep.ft.definition.VmDefinition;
import lockstep.ft.log.LogEntry;
import lockstep.ft.log.RecordingHeader;
import lockstep.ft.log.RecordingReader;
import lockstep.ft.log.RecordingWriter;
import lockstep.ft.machine.Bytes;
import lockstep.ft.machine.DeterministicMachine;
import lockstep.ft.machine.StateHistory;
import lockstep.ft.wire.MalformedMessageException;
import lockstep.vmm.compiler.CompilerMode;
import lockstep.vmm.machine.Machine;

/**
 * One replica's side of a divergence in a file: a recording from the last equal state to the
 * difference, with the facts ({@link DivergenceFacts}) and the replica's own state there. The file
 * needs nothing else to be explained, or replayed.
 */
final class DivergenceFile {
  private static final int BUFFER_BYTES = 1 << 20;

  /** The facts and the core's state are small; machines' states are streamed. */
  private static final long SMALL_BYTES_MAX = 256 << 20;

  private final Path file;
  private final VmDefinition definition;
  private final DivergenceFacts facts;
  private final Optional<CoreState> lastEqualCore;
  private final List<LogEntry> entries;

  private DivergenceFile(
      Path file,
      VmDefinition definition,
      DivergenceFacts facts,
      Optional<CoreState> lastEqualCore,
      List<LogEntry> entries) {
    this.file = file;
    this.definition = definition;
    this.facts = facts;
    this.lastEqualCore = lastEqualCore;
    this.entries = List.copyOf(entries);
  }

  /**
   * Writes all of it.
   *
   * @param out need not be buffered
   * @param machine in the state, and with the history, that {@code found} speaks of
   */
  static void write(
      OutputStream out,
      VmDefinition definition,
      ReplicaId self,
      Divergence found,
      DeterministicMachine machine)
      throws IOException {
    StateHistory history = machine.history();
    Optional<Divergence.Check> own = found.own().filter(check -> history.remembers(check.state()));
    DivergenceFacts facts =
        DivergenceFacts.of(
            self,
            found,
            own.map(Divergence.Check::position).orElseGet(machine::position),
            own.map(Divergence.Check::hash).orElseGet(machine::hash));
    String json = DefinitionCodec.toJson(definition);
    RecordingHeader header =
        new RecordingHeader(
            Machine.VERSION,
            definition.name(),
            Bytes.of(json.getBytes(StandardCharsets.UTF_8)),
            DefinitionCodec.digest(definition));
    try (RecordingWriter writer =
        new RecordingWriter(new BufferedOutputStream(out, BUFFER_BYTES), header)) {
      byte[] factsBytes = new DivergenceFacts.Codec().toBytes(facts);
      writer.section(RecordingWriter.DIVERGENCE, to -> to.write(factsBytes));
      Optional<Divergence.Check> lastEqual =
          found.lastEqual().filter(check -> history.remembers(check.state()));
      if (lastEqual.isPresent()) {
        Divergence.Check check = lastEqual.get();
        byte[] core = new CoreStateCodec().toBytes(check.core());
        writer.section(RecordingWriter.CORE_STATE, to -> to.write(core));
        writer.section(RecordingWriter.MACHINE_STATE, to -> history.save(check.state(), to));
      }
      writer.section(
          RecordingWriter.OWN_STATE,
          to -> {
            if (own.isPresent()) {
              history.save(own.get().state(), to);
            } else {
              machine.save(to);
            }
          });
      for (LogEntry entry : found.entries()) {
        writer.append(entry);
      }
    }
  }

  /**
   * Reads a file to its end, which checks it; machines are made of it when they are asked for.
   *
   * @throws IOException if it is no such file, of another machine version, corrupt or cut short;
   *     the text says which
   */
  static DivergenceFile read(Path file) throws IOException {
    try (RecordingReader reader = open(file)) {
      VmDefinition definition = RecordingReplay.definition(reader.header());
      if (!definition.name().equals(reader.header().vm())) {
        throw new MalformedMessageException("corrupt: it names another VM than its definition");
      }
      Map<String, byte[]> small = new HashMap<>();
      boolean hasOwn = false;
      for (var next = reader.nextSection(); next.isPresent(); next = reader.nextSection()) {
        RecordingReader.Section section = next.get();
        boolean isSmall = isSmall(section.name());
        if (isSmall && section.length() > Math.min(SMALL_BYTES_MAX, Files.size(file))) {
          throw new MalformedMessageException("corrupt: section " + section.name() + " too long");
        }
        hasOwn |= section.name().equals(RecordingWriter.OWN_STATE);
        try (InputStream content = section.content()) {
          if (isSmall) {
            small.put(section.name(), content.readAllBytes());
          } else {
            content.transferTo(OutputStream.nullOutputStream());
          }
        }
      }
      byte[] facts = small.get(RecordingWriter.DIVERGENCE);
      if (facts == null || !hasOwn) {
        throw new MalformedMessageException("a recording, but of no divergence");
      }
      byte[] core = small.get(RecordingWriter.CORE_STATE);
      return new DivergenceFile(
          file,
          definition,
          new DivergenceFacts.Codec().fromBytes(facts),
          core == null ? Optional.empty() : Optional.of(new CoreStateCodec().fromBytes(core)),
          entries(reader));
    } catch (MalformedMessageException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    } catch (EOFException e) {
      throw new IOException(file + " is cut short", e);
    }
  }

  private static boolean isSmall(String section) {
    return section.equals(RecordingWriter.DIVERGENCE) || section.equals(RecordingWriter.CORE_STATE);
  }

  private static List<LogEntry> entries(RecordingReader reader)
      throws IOException, MalformedMessageException {
    List<LogEntry> entries = new ArrayList<>();
    for (var next = reader.nextEntry(); next.isPresent(); next = reader.nextEntry()) {
      entries.add(next.get());
    }
    if (reader.end().orElse(RecordingReader.End.CUT) == RecordingReader.End.CUT) {
      throw new EOFException();
    }
    return entries;
  }

  private static RecordingReader open(Path file) throws IOException, MalformedMessageException {
    return new RecordingReader(new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES));
  }

  Path file() {
    return file;
  }

  VmDefinition definition() {
    return definition;
  }

  DivergenceFacts facts() {
    return facts;
  }

  /** The log since the last equal check, in order. */
  List<LogEntry> entries() {
    return entries;
  }

  /** Whether the state at the last equal check is here, so that the log can be replayed. */
  boolean canBeReplayed() {
    return lastEqualCore.isPresent() && facts.lastEqual().isPresent();
  }

  /** What a replay must know beside {@link #lastEqual}. */
  CoreState lastEqualCore() {
    return lastEqualCore.orElseThrow();
  }

  /**
   * A machine in this replica's own state. Its hash may be another than {@link
   * DivergenceFacts#ownHash}: see {@link #lastEqual}.
   */
  Machine own() throws IOException {
    return machine(RecordingWriter.OWN_STATE, CompilerMode.OFF);
  }

  /**
   * A machine as this replica was at the last equal check, as far as it knows: if its hash is not
   * that of the check, memory has changed past the machine, so that no hash saw it before the page
   * was written the next time.
   */
  Machine lastEqual(CompilerMode compiler) throws IOException {
    return machine(RecordingWriter.MACHINE_STATE, compiler);
  }

  private Machine machine(String name, CompilerMode compiler) throws IOException {
    try (RecordingReader reader = open(file)) {
      for (var next = reader.nextSection(); next.isPresent(); next = reader.nextSection()) {
        try (InputStream content = new BufferedInputStream(next.get().content(), BUFFER_BYTES)) {
          if (next.get().name().equals(name)) {
            Machine machine = Machines.restore(definition, compiler, content);
            content.transferTo(OutputStream.nullOutputStream()); // to its checksum
            return machine;
          }
          content.transferTo(OutputStream.nullOutputStream());
        }
      }
      throw new IOException(file + " has no " + name);
    } catch (MalformedMessageException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }
}
