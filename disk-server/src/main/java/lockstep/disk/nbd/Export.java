package lockstep.disk.nbd;

import java.util.OptionalLong;
import java.util.function.Consumer;
import lockstep.disk.vm.Attach;
import lockstep.disk.vm.Fence;
import lockstep.disk.vm.Vm;
import lockstep.ft.nbd.ExportInfo;
import lockstep.ft.nbd.Nbd;

/** A disk of a VM, as NBD sees it. */
record Export(Vm vm, Vm.Disk disk) {
  private static final int FLAGS =
      Nbd.TRANSMISSION_HAS_FLAGS
          | Nbd.TRANSMISSION_SEND_FLUSH
          | Nbd.TRANSMISSION_SEND_FUA
          | Nbd.TRANSMISSION_SEND_TRIM
          | Nbd.TRANSMISSION_SEND_WRITE_ZEROES;

  /** What a client with this access is told. */
  ExportInfo info(Attach.Access access, long incarnation) {
    boolean readOnly = access == Attach.Access.READER || disk.definition().readOnly();
    int flags =
        FLAGS
            | (readOnly ? Nbd.TRANSMISSION_READ_ONLY : 0)
            // A flush covers the writes of every connection; but a VMM has only one.
            | (access == Attach.Access.VMM ? 0 : Nbd.TRANSMISSION_CAN_MULTI_CONN);
    return new ExportInfo(disk.sizeBytes(), flags, OptionalLong.of(incarnation));
  }

  Fence.Answer attach(OptionalLong epoch, Consumer<Attach.End> ended) {
    return epoch.isPresent()
        ? vm.fence().attach(disk.name(), epoch.getAsLong(), ended)
        : new Fence.Answer.Granted(vm.fence().attachPlain(disk.name(), ended));
  }

  /** {@code vm/disk} */
  String path() {
    return vm.name() + "/" + disk.name();
  }
}
