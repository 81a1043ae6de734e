package lockstep.disk.vm;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A disk as it is stored. It belongs to a VM by its name; the VM need not be defined.
 *
 * @param number its name in the block store
 * @param sizeBytes as it is exported
 * @param snapshots oldest first
 */
public record Disk(String vm, String name, int number, long sizeBytes, List<Snapshot> snapshots) {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /**
   * A disk as it once was; it is never written.
   *
   * @param number its name in the block store
   * @param createdMillis Unix time
   */
  public record Snapshot(String name, int number, long sizeBytes, long createdMillis) {}

  public Disk {
    snapshots = List.copyOf(snapshots);
  }

  /** {@code vm/name} */
  public String path() {
    return vm + "/" + name;
  }

  public Optional<Snapshot> snapshot(String snapshot) {
    return snapshots.stream().filter(known -> known.name().equals(snapshot)).findFirst();
  }

  Disk with(Snapshot added) {
    return withSnapshots(Stream.concat(snapshots.stream(), Stream.of(added)).toList());
  }

  Disk without(Snapshot removed) {
    return withSnapshots(snapshots.stream().filter(known -> !known.equals(removed)).toList());
  }

  private Disk withSnapshots(List<Snapshot> changed) {
    return new Disk(vm, name, number, sizeBytes, changed);
  }

  Disk withSize(long bytes) {
    return new Disk(vm, name, number, bytes, snapshots);
  }

  /** With other bytes. */
  Disk withContent(int otherNumber, long otherSizeBytes) {
    return new Disk(vm, name, otherNumber, otherSizeBytes, snapshots);
  }

  byte[] toBytes() {
    try {
      return MAPPER.writeValueAsBytes(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a record of strings and numbers is JSON", e);
    }
  }

  static Disk fromBytes(String path, byte[] json) throws IOException {
    try {
      Disk disk = MAPPER.readValue(json, Disk.class);
      if (disk.path().equals(path)) {
        return disk;
      }
    } catch (JsonProcessingException _) {
      // Told below.
    }
    throw new IOException("the stored disk " + path + " is corrupt");
  }
}
