package lockstep.vmm.replica;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.zip.CRC32C;
import lockstep.ft.core.CoreState;
import lockstep.ft.core.CoreStateCodec;
import lockstep.ft.machine.DeterministicMachine;
import lockstep.ft.machine.StateHash;
import lockstep.ft.wire.MalformedMessageException;
import lockstep.vmm.machine.Machine;

/**
 * A file from which replicas can start instead of booting: the machine's state and what the
 * protocol must remember beside it.
 *
 * <pre>
 * magic (64 bits), format version (32), machine version (32), digest of the definition (UTF),
 * length of the core's state (32), the core's state, its CRC-32C (32), the machine's state,
 * the machine's state hash (2 * 64)
 * </pre>
 */
final class SavedState {
  private static final long MAGIC = 0x4c4f_434b_5354_4154L; // LOCKSTAT
  private static final int FORMAT_VERSION = 3;
  private static final int CORE_STATE_BYTES_MAX = 256 << 20;
  private static final int BUFFER_BYTES = 1 << 20;

  private SavedState() {}

  /** Writes {@code file} whole or not at all. */
  static void save(Path file, String definitionDigest, CoreState core, DeterministicMachine machine)
      throws IOException {
    Path partial = file.resolveSibling(file.getFileName() + ".partial");
    try (DataOutputStream out =
        new DataOutputStream(
            new BufferedOutputStream(Files.newOutputStream(partial), BUFFER_BYTES))) {
      byte[] coreBytes = new CoreStateCodec().toBytes(core);
      out.writeLong(MAGIC);
      out.writeInt(FORMAT_VERSION);
      out.writeInt(Machine.VERSION);
      out.writeUTF(definitionDigest);
      out.writeInt(coreBytes.length);
      out.write(coreBytes);
      out.writeInt(checksum(coreBytes));
      machine.save(out);
      StateHash hash = machine.hash();
      out.writeLong(hash.harts());
      out.writeLong(hash.memory());
    }
    Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
  }

  /**
   * Restores {@code machine} and returns what belongs beside it.
   *
   * @throws IOException if the file is no saved state of this definition and machine version, is
   *     cut short, or does not hold what was saved; the machine must then not be used
   */
  static CoreState restore(Path file, String definitionDigest, DeterministicMachine machine)
      throws IOException {
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES))) {
      require(in.readLong() == MAGIC, file, "is no saved state");
      int format = in.readInt();
      require(format == FORMAT_VERSION, file, "has format version " + format);
      int version = in.readInt();
      require(
          version == Machine.VERSION,
          file,
          "was saved by machine version " + version + ", this is " + Machine.VERSION);
      String digest = in.readUTF();
      require(
          digest.equals(definitionDigest),
          file,
          "was saved with definition " + digest + ", the VM's is " + definitionDigest);
      int length = in.readInt();
      require(length >= 0 && length <= CORE_STATE_BYTES_MAX, file, "is corrupt");
      byte[] core = in.readNBytes(length);
      require(core.length == length && in.readInt() == checksum(core), file, "is corrupt");
      CoreState state = new CoreStateCodec().fromBytes(core);
      machine.restore(in);
      StateHash saved = new StateHash(in.readLong(), in.readLong());
      StateHash restored = machine.hash();
      require(
          restored.equals(saved),
          file,
          "is corrupt: the machine in it hashes to " + restored + ", saved was " + saved);
      return state;
    } catch (MalformedMessageException e) {
      throw new IOException(file + " is corrupt: " + e.getMessage(), e);
    }
  }

  private static int checksum(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }

  private static void require(boolean holds, Path file, String otherwise) throws IOException {
    if (!holds) {
      throw new IOException(file + " " + otherwise);
    }
  }
}
