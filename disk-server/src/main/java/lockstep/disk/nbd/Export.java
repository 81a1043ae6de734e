package lockstep.disk.nbd;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import lockstep.disk.store.BlockStore;
import lockstep.disk.store.DiskReader;
import lockstep.disk.vm.Attach;
import lockstep.disk.vm.Disk;
import lockstep.disk.vm.DiskKeeper;
import lockstep.disk.vm.Fence;
import lockstep.disk.vm.Vm;
import lockstep.ft.nbd.ExportInfo;
import lockstep.ft.nbd.ExportName;
import lockstep.ft.nbd.Nbd;

/**
 * A disk of a VM, or a snapshot of one, as NBD sees it.
 *
 * @param snapshot empty for the disk itself
 */
record Export(Vm vm, Disk disk, Optional<Disk.Snapshot> snapshot) {
  private static final int FLAGS =
      Nbd.TRANSMISSION_HAS_FLAGS
          | Nbd.TRANSMISSION_SEND_FLUSH
          | Nbd.TRANSMISSION_SEND_FUA
          | Nbd.TRANSMISSION_SEND_TRIM
          | Nbd.TRANSMISSION_SEND_WRITE_ZEROES
          | Nbd.TRANSMISSION_SEND_CACHE
          | Nbd.TRANSMISSION_SEND_FAST_ZERO;

  /**
   * What a client with this access is told.
   *
   * @param structured whether it takes structured replies
   */
  ExportInfo info(Attach.Access access, long incarnation, boolean structured) {
    boolean readOnly =
        access == Attach.Access.READER
            || vm.definedDisk(disk.name()).map(defined -> defined.readOnly()).orElse(false);
    int flags =
        FLAGS
            | (readOnly ? Nbd.TRANSMISSION_READ_ONLY : 0)
            | (structured ? Nbd.TRANSMISSION_SEND_DF : 0)
            | (isSameForAll(access) ? Nbd.TRANSMISSION_CAN_MULTI_CONN : 0);
    return new ExportInfo(sizeBytes(), flags, OptionalLong.of(incarnation));
  }

  /**
   * Whether several connections see the same: a flush covers the writes of every one. But a VMM has
   * only one, and each reader beside a VMM sees the disk as it was when it attached.
   */
  private boolean isSameForAll(Attach.Access access) {
    return snapshot.isPresent() || access == Attach.Access.PLAIN_WRITER;
  }

  private long sizeBytes() {
    return snapshot.map(Disk.Snapshot::sizeBytes).orElse(disk.sizeBytes());
  }

  /** What a client would get that names the disk so. */
  Attach.Access access(ExportName asked) {
    if (asked.epoch().isPresent()) {
      return Attach.Access.VMM;
    }
    return snapshot.isPresent() ? Attach.Access.READER : vm.fence().plainAccess();
  }

  Fence.Answer attach(ExportName asked, Consumer<Attach.End> ended) {
    Fence fence = vm.fence();
    if (asked.epoch().isPresent()) {
      return fence.attach(disk.name(), asked.epoch().getAsLong(), ended);
    }
    return new Fence.Answer.Granted(
        snapshot.isPresent()
            ? fence.attachReader(DiskKeeper.snapshotName(disk, snapshot.get().name()), ended)
            : fence.attachPlain(disk.name(), ended));
  }

  /** Its number in the store. */
  int number() {
    return snapshot.map(Disk.Snapshot::number).orElse(disk.number());
  }

  DiskReader reader(BlockStore store, Attach.Access access) throws java.io.IOException {
    // A snapshot never changes; and nobody changes the disk beside a plain writer but such.
    return access == Attach.Access.READER && snapshot.isEmpty()
        ? store.frozen(number())
        : store.live(number());
  }

  /** {@code vm/disk} or {@code vm/disk@snapshot} */
  String path() {
    return disk.path() + snapshot.map(taken -> "@" + taken.name()).orElse("");
  }
}
