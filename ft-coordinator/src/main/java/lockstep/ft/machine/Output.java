package lockstep.ft.machine;

/**
 * Everything a machine hands out. An output never waits for the outside: the replica decides when
 * it leaves. Outputs are numbered by the replica from 0 at power-on, in the order made.
 */
public sealed interface Output {

  /** A frame leaves the NIC: a virtio_net_hdr of 12 bytes (virtio 1.2, 5.1.6), then Ethernet. */
  record FrameSent(Bytes frame) implements Output {}

  /**
   * A disk request; its data has left guest memory already.
   *
   * @param disk index of the disk in the VM's definition
   * @param requestId counts the disk's requests from 0 at power-on
   * @param offset bytes from the start of the disk; 0 for FLUSH
   * @param length bytes to read, write, trim or zero; 0 for FLUSH
   * @param data what to write, {@code length} bytes, for WRITE; empty otherwise
   */
  record DiskRequested(
      int disk, long requestId, DiskOperation operation, long offset, int length, Bytes data)
      implements Output {}

  /**
   * Bytes written to the console.
   *
   * @param offset how many bytes the console has written since power-on, before these
   */
  record ConsoleWritten(long offset, Bytes data) implements Output {}

  /** The guest's entropy device wants {@code length} bytes; stays open until answered. */
  record EntropyRequested(long requestId, int length) implements Output {}

  /** The guest has switched itself off ({@code reset} false) or asked to be reset. */
  record PowerChanged(boolean reset) implements Output {}
}
