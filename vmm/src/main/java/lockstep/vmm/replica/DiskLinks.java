package lockstep.vmm.replica;

import java.util.List;
import java.util.OptionalLong;
import lockstep.ft.core.Effect;
import lockstep.ft.core.ReplicaEvent;
import lockstep.ft.definition.VmDefinition.Disk;
import lockstep.ft.nbd.ExportName;
import lockstep.ft.nbd.NbdClient;
import lockstep.ft.nbd.NbdEvent;
import lockstep.ft.nbd.NbdRequest;
import lockstep.vmm.machine.board.BoardConfig;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The attaches of the guest's disks. Called on the guest's thread; answers come as events. */
final class DiskLinks {
  private static final Logger log = LoggerFactory.getLogger(DiskLinks.class);

  private final IdleDiskLink idle;
  private final String vm;
  private final List<Disk> disks;
  private final Inbox inbox;
  private final @Nullable Attach[] attaches;

  private record Attach(long number, NbdClient client) {}

  /**
   * @param idle gives the connections
   */
  DiskLinks(IdleDiskLink idle, String vm, List<Disk> disks, Inbox inbox) {
    this.idle = idle;
    this.vm = vm;
    this.disks = disks;
    this.inbox = inbox;
    this.attaches = new Attach[disks.size()];
  }

  void attach(Effect.AttachDisk wanted) {
    int disk = wanted.disk();
    end(disk);
    String export = ExportName.held(vm, disks.get(disk).name(), wanted.epoch()).toString();
    NbdClient client =
        idle.take().attach(export, event -> heard(disk, wanted.attach(), export, event));
    attaches[disk] = new Attach(wanted.attach(), client);
  }

  void detach(Effect.DetachDisk unwanted) {
    Attach attach = attaches[unwanted.disk()];
    if (attach != null && attach.number() == unwanted.attach()) {
      end(unwanted.disk());
    }
  }

  void submit(Effect.SubmitDisk request) {
    Attach attach = attaches[request.disk()];
    if (attach == null || attach.number() != request.attach()) {
      return; // the attach has ended, of which the replica hears by event
    }
    attach
        .client()
        .submit(
            new NbdRequest(
                request.tag(),
                request.operation(),
                false,
                request.offset(),
                request.length(),
                request.data()));
  }

  void close() {
    for (int disk = 0; disk < attaches.length; disk++) {
      end(disk);
    }
  }

  private void end(int disk) {
    Attach attach = attaches[disk];
    if (attach != null) {
      attach.client().close();
      attaches[disk] = null;
    }
  }

  /** On an I/O thread. */
  private void heard(int disk, long attach, String export, NbdEvent event) {
    switch (event) {
      case NbdEvent.Attached attached -> {
        OptionalLong incarnation = attached.export().incarnation();
        long sizeBytes = attached.export().sizeBytes();
        boolean sizeFits = // more than its definition says, and it was resized since
            sizeBytes >= disks.get(disk).sizeBytes()
                && sizeBytes % BoardConfig.DISK_BLOCK_BYTES == 0;
        if (!sizeFits) {
          log.error(
              "disk={} has {} bytes, its definition says {}",
              export,
              sizeBytes,
              disks.get(disk).sizeBytes());
          inbox.put(new ReplicaEvent.DiskLost(disk, attach));
        } else if (incarnation.isEmpty()) {
          log.error("disk={} is served by a server that tells no incarnation", export);
          inbox.put(new ReplicaEvent.DiskLost(disk, attach));
        } else {
          log.info(
              "disk={} attached incarnation={} bytes={}",
              export,
              incarnation.getAsLong(),
              sizeBytes);
          inbox.put(
              new ReplicaEvent.DiskAttached(disk, attach, incarnation.getAsLong(), sizeBytes));
        }
      }
      case NbdEvent.Completed completed ->
          inbox.put(
              new ReplicaEvent.DiskAnswered(
                  disk, attach, completed.token(), completed.status(), completed.data()));
      case NbdEvent.Fenced fenced -> {
        log.warn("disk={} fenced reason=\"{}\"", export, fenced.reason());
        inbox.put(new ReplicaEvent.DiskFenced(disk, attach));
      }
      case NbdEvent.Refused refused -> {
        log.warn("disk={} refused reason=\"{}\"", export, refused.reason());
        inbox.put(new ReplicaEvent.DiskLost(disk, attach));
      }
      case NbdEvent.Lost lost -> {
        log.warn("disk={} lost reason=\"{}\"", export, lost.reason());
        inbox.put(new ReplicaEvent.DiskLost(disk, attach));
      }
    }
  }
}
