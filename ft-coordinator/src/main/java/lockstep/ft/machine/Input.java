package lockstep.ft.machine;

/** Everything that can enter a machine from outside. Injected between two steps, in log order. */
public sealed interface Input {

  /**
   * Power is switched on; the first input of every machine.
   *
   * @param entropySeed 64 bytes drawn by the primary; the device tree's {@code rng-seed}
   * @param wallClockNanos nanoseconds since 1970-01-01 UTC at guest time 0, for the RTC
   */
  record PoweredOn(Bytes entropySeed, long wallClockNanos) implements Input {}

  /**
   * A frame arrives at the NIC: a virtio_net_hdr of 12 bytes (virtio 1.2, 5.1.6), then Ethernet.
   */
  record FrameReceived(Bytes frame) implements Input {}

  /**
   * A disk request has ended.
   *
   * @param disk index of the disk in the VM's definition
   * @param requestId as in {@link Output.DiskRequested}
   * @param data what was read, for a READ with status OK; empty otherwise
   * @param incarnation the disk server's incarnation that answered; invisible to the guest
   */
  record DiskCompleted(int disk, long requestId, DiskStatus status, Bytes data, long incarnation)
      implements Input {}

  /**
   * Guest time moves forward to {@code timeNanos}; an earlier time than the guest's changes
   * nothing.
   */
  record ClockMoved(long timeNanos) implements Input {}

  /** Bytes typed at the console. */
  record ConsoleReceived(Bytes data) implements Input {}

  /** The answer to {@link Output.EntropyRequested}; exactly the requested length. */
  record EntropyArrived(long requestId, Bytes data) implements Input {}

  /** The power button is pressed: the guest is asked to shut down. */
  record PowerButtonPressed() implements Input {}

  /**
   * A disk has this size from now on; the size that it has already changes nothing.
   *
   * @param disk index of the disk in the VM's definition
   * @param sizeBytes a multiple of 4096
   */
  record DiskResized(int disk, long sizeBytes) implements Input {}
}
