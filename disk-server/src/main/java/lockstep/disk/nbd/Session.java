package lockstep.disk.nbd;

import java.io.IOException;
import lockstep.disk.store.DiskReader;
import lockstep.disk.vm.Attach;
import lockstep.disk.vm.DiskStatistics;
import lockstep.disk.vm.Fence;
import lockstep.ft.nbd.ExportInfo;

/**
 * What negotiation has agreed on.
 *
 * @param export its name, for the log
 * @param disk its number in the store
 * @param reader closed when the connection has ended
 * @param structured whether the client takes structured replies
 * @param allocation whether it has selected {@code base:allocation}
 */
record Session(
    String export,
    int disk,
    Fence fence,
    Attach attach,
    ExportInfo info,
    DiskReader reader,
    DiskStatistics statistics,
    boolean structured,
    boolean allocation) {

  /** Touches the store, unless the attach has ended; tells how it stands. */
  Attach.End perform(Fence.StoreAction action) throws IOException {
    return fence.perform(attach, action);
  }

  void detach() {
    fence.detach(attach);
  }
}
