package lockstep.ft.core;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import lockstep.ft.machine.Input;
import lockstep.ft.machine.Output;
import org.jspecify.annotations.Nullable;

/**
 * The requests that the guest has made and that have not been completed, in the order made. Both
 * replicas know them alike, from the outputs and completions of the same log; whoever goes live
 * issues them again.
 */
final class OpenRequests {
  private static final int ENTROPY = -1;

  private record Key(int device, long requestId) {}

  /**
   * @param number of the output that made it
   */
  record Open(long number, Output request) {}

  private final LinkedHashMap<Key, Open> open = new LinkedHashMap<>();
  private long bytes;

  /** An output was made; remembered if it is a request. */
  void made(long number, Output output) {
    switch (output) {
      case Output.DiskRequested request ->
          put(new Key(request.disk(), request.requestId()), new Open(number, request));
      case Output.EntropyRequested request ->
          put(new Key(ENTROPY, request.requestId()), new Open(number, request));
      case Output.FrameSent _, Output.ConsoleWritten _, Output.PowerChanged _ -> {}
    }
  }

  private void put(Key key, Open request) {
    open.put(key, request);
    bytes += OutputGate.sizeBytes(request.request);
  }

  private @Nullable Open remove(Key key) {
    Open removed = open.remove(key);
    bytes -= removed == null ? 0 : OutputGate.sizeBytes(removed.request);
    return removed;
  }

  /** Whether {@code input} can be: it completes nothing, or something that is open. */
  boolean expects(Input input) {
    return switch (input) {
      case Input.DiskCompleted completed ->
          open.containsKey(new Key(completed.disk(), completed.requestId()));
      case Input.EntropyArrived arrived -> open.containsKey(new Key(ENTROPY, arrived.requestId()));
      case Input.PoweredOn _,
          Input.FrameReceived _,
          Input.ClockMoved _,
          Input.ConsoleReceived _,
          Input.PowerButtonPressed _,
          Input.DiskResized _ ->
          true;
    };
  }

  /** Whether the disk request waits still. */
  boolean isOpen(int disk, long requestId) {
    return open.containsKey(new Key(disk, requestId));
  }

  /** Of the output that made the open request; none if it was made before this replica knew it. */
  OptionalLong numberOf(int disk, long requestId) {
    Open request = open.get(new Key(disk, requestId));
    return request == null || request.number < 0
        ? OptionalLong.empty()
        : OptionalLong.of(request.number);
  }

  boolean isEntropyOpen(long requestId) {
    return open.containsKey(new Key(ENTROPY, requestId));
  }

  /** Forgets the request that {@code completed} completes, and returns it. */
  Output.DiskRequested complete(Input.DiskCompleted completed) {
    Open request = remove(new Key(completed.disk(), completed.requestId()));
    if (request != null && request.request instanceof Output.DiskRequested disk) {
      return disk;
    }
    throw new IllegalStateException("no such disk request is open: " + completed.requestId());
  }

  void complete(Input.EntropyArrived arrived) {
    if (remove(new Key(ENTROPY, arrived.requestId())) == null) {
      throw new IllegalStateException("no such entropy request is open: " + arrived.requestId());
    }
  }

  /** The open requests of {@code disk}, in the order made. */
  List<Open> ofDisk(int disk) {
    return open.values().stream()
        .filter(entry -> diskOf(entry.request).equals(Optional.of(disk)))
        .toList();
  }

  List<Open> ofEntropy() {
    return open.values().stream().filter(entry -> diskOf(entry.request).isEmpty()).toList();
  }

  boolean anyDisk() {
    return open.keySet().stream().anyMatch(key -> key.device != ENTROPY);
  }

  /** What they are in memory: data of writes, above all. */
  long bytes() {
    return bytes;
  }

  int size() {
    return open.size();
  }

  List<Output> outputs() {
    List<Output> outputs = new ArrayList<>();
    open.values().forEach(entry -> outputs.add(entry.request));
    return outputs;
  }

  private static Optional<Integer> diskOf(Output request) {
    return request instanceof Output.DiskRequested disk
        ? Optional.of(disk.disk())
        : Optional.empty();
  }
}
