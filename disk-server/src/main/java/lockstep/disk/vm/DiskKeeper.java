package lockstep.disk.vm;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import lockstep.disk.store.BlockStore;
import lockstep.disk.store.ControlStore.Table;
import lockstep.ft.definition.VmDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes, snapshots, clones, resizes and deletes disks. What this does is stable when it returns,
 * and whole or not done. Every method may be called on any thread.
 *
 * <p>Snapshots and clones are taken at any time, also while a guest runs: they hold what was
 * answered before, as if the guest's power were cut then. What changes a disk under its users is
 * refused while it has any.
 */
public final class DiskKeeper {
  private static final Logger LOG = LoggerFactory.getLogger(DiskKeeper.class);
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");
  private static final Pattern SNAPSHOT_NAME = Pattern.compile("[A-Za-z0-9_.-]{1,64}");

  /** 64 TiB. */
  public static final long DISK_BYTES_MAX = 1L << 46;

  /** A VM's disk has whole blocks. */
  private static final long VM_DISK_UNIT_BYTES = BlockStore.BLOCK_BYTES;

  private final Vms vms;
  private final Disks disks;
  private final LongSupplier unixMillis;

  public DiskKeeper(Vms vms, Disks disks, LongSupplier unixMillis) {
    this.vms = vms;
    this.disks = disks;
    this.unixMillis = unixMillis;
  }

  /** Makes a disk of zeroes. */
  public Disk create(String vm, String name, long sizeBytes)
      throws IOException, DiskRefusedException {
    synchronized (disks) {
      requireNew(vm, name);
      requireSize(sizeBytes);
      Disk made = disks.make(vm, name, sizeBytes);
      return stored(made, "created");
    }
  }

  /**
   * Makes a disk that is equal to another one, or to a snapshot of it.
   *
   * @param snapshot empty for the disk as it is now
   */
  public Disk copy(Disk source, Optional<String> snapshot, String vm, String name)
      throws IOException, DiskRefusedException {
    synchronized (disks) {
      requireNew(vm, name);
      Disk from = current(source);
      int number = disks.newNumber();
      long sizeBytes = from.sizeBytes();
      if (snapshot.isPresent()) {
        Disk.Snapshot of = known(from, snapshot.get());
        disks.blocks().fork(of.number(), number);
        sizeBytes = of.sizeBytes();
      } else {
        disks.blocks().fork(from.number(), number);
      }
      return stored(new Disk(vm, name, number, sizeBytes, List.of()), "cloned");
    }
  }

  /** Keeps the disk as it is now under a name. */
  public Disk snapshot(Disk disk, String snapshot) throws IOException, DiskRefusedException {
    synchronized (disks) {
      Disk now = current(disk);
      if (!SNAPSHOT_NAME.matcher(snapshot).matches()) {
        throw DiskRefusedException.because("a snapshot's name has letters, digits, - _ . only");
      }
      if (now.snapshot(snapshot).isPresent()) {
        throw DiskRefusedException.because(now.path() + "@" + snapshot + " is there already");
      }
      if (now.snapshots().size() >= Disks.SNAPSHOTS_MAX) {
        throw DiskRefusedException.because(
            "a disk has at most " + Disks.SNAPSHOTS_MAX + " snapshots");
      }
      int number = disks.newNumber();
      disks.blocks().fork(now.number(), number);
      long millis = unixMillis.getAsLong();
      return stored(
          now.with(new Disk.Snapshot(snapshot, number, now.sizeBytes(), millis)),
          "snapshot " + snapshot + " taken");
    }
  }

  /** Forgets a snapshot and gives back what only it holds. */
  public Disk deleteSnapshot(Disk disk, String snapshot) throws IOException, DiskRefusedException {
    synchronized (disks) {
      Disk now = current(disk);
      Disk.Snapshot old = known(now, snapshot);
      unused(
          now,
          snapshotName(now, snapshot),
          () -> disks.store(List.of(now.without(old)), List.of(), Map.of()));
      disks.blocks().delete(old.number());
      return current(now);
    }
  }

  /** Makes the disk what it was at a snapshot. What was written since is lost. */
  public Disk rollBack(Disk disk, String snapshot) throws IOException, DiskRefusedException {
    synchronized (disks) {
      Disk now = current(disk);
      Disk.Snapshot to = known(now, snapshot);
      requireDefinedSize(now, to.sizeBytes());
      alone(now, () -> {}); // else what is refused would be copied first
      int number = disks.newNumber();
      disks.blocks().fork(to.number(), number);
      Disk rolledBack = now.withContent(number, to.sizeBytes());
      takeTheNameOf(now, rolledBack);
      disks.blocks().delete(now.number());
      LOG.info("disk={} rolled back to {}", now.path(), snapshot);
      return rolledBack;
    }
  }

  /**
   * Stores the disk with its new bytes, which go again if that is refused. Not if it fails: they
   * may have been named then, and the next start looks.
   */
  private void takeTheNameOf(Disk now, Disk changed) throws IOException, DiskRefusedException {
    try {
      alone(now, () -> disks.store(List.of(changed), List.of(), Map.of()));
    } catch (DiskRefusedException e) {
      disks.blocks().delete(changed.number());
      throw e;
    }
  }

  /**
   * Makes a disk larger or smaller, and its VM's definition with it. Smaller only while nobody uses
   * it; larger also while a VMM holds it, which then has to attach anew, and sees the size.
   */
  public Disk resize(Disk disk, long sizeBytes) throws IOException, DiskRefusedException {
    synchronized (disks) {
      Disk now = current(disk);
      requireSize(sizeBytes);
      Vm vm = vms.owner(now.vm());
      Optional<VmDefinition> defined =
          vm.definedDisk(now.name()).isPresent() ? vm.definition() : Optional.empty();
      if (defined.isPresent() && sizeBytes % VM_DISK_UNIT_BYTES != 0) {
        throw DiskRefusedException.because(
            "a VM's disk has a multiple of " + VM_DISK_UNIT_BYTES + " bytes");
      }
      Optional<VmDefinition> changed = defined.map(d -> resized(d, now.name(), sizeBytes));
      Disk resized = now.withSize(sizeBytes);
      // The record first when it shrinks, the bytes first when it grows: it never promises more
      // than there is.
      Fence.StoreAction record =
          () -> {
            disks.store(
                List.of(resized),
                List.of(),
                changed
                    .<Map<Table, Map<String, byte[]>>>map(Vms::definitionBytes)
                    .orElse(Map.of()));
            changed.ifPresent(vm::define);
          };
      Fence.StoreAction bytes =
          () -> disks.blocks().resize(now.number(), now.sizeBytes(), sizeBytes);
      if (sizeBytes > now.sizeBytes()) {
        betweenAttaches(
            now,
            () -> {
              bytes.run();
              record.run();
            });
      } else {
        alone(
            now,
            () -> {
              record.run();
              bytes.run();
            });
      }
      LOG.info("disk={} resized to {} bytes", now.path(), sizeBytes);
      return resized;
    }
  }

  private static VmDefinition resized(VmDefinition old, String disk, long sizeBytes) {
    return old.withDisks(
        d -> d.name().equals(disk) ? new VmDefinition.Disk(disk, sizeBytes, d.readOnly()) : d);
  }

  /** Puts a disk in the place of another one, which is deleted; its snapshots stay. */
  public Disk replace(Disk disk, Disk by) throws IOException, DiskRefusedException {
    synchronized (disks) {
      Disk now = current(disk);
      Disk other = current(by);
      if (!other.snapshots().isEmpty()) {
        throw DiskRefusedException.because(other.path() + " has snapshots of its own");
      }
      if (now.path().equals(other.path()) || isDefined(other)) {
        throw DiskRefusedException.because(other.path() + " can't be moved");
      }
      requireDefinedSize(now, other.sizeBytes());
      Disk replaced = now.withContent(other.number(), other.sizeBytes());
      unused(
          other,
          other.name(),
          () -> {
            Optional<String> why =
                vms.owner(now.vm())
                    .fence()
                    .alone(
                        now.name(),
                        () -> disks.store(List.of(replaced), List.of(other.path()), Map.of()));
            if (why.isPresent()) {
              throw new InUseException(now.path() + ": " + why.get());
            }
          });
      disks.blocks().delete(now.number());
      LOG.info("disk={} replaced by {}", now.path(), other.path());
      return replaced;
    }
  }

  /** Gives a disk another name, which nothing has. */
  public Disk rename(Disk disk, String vm, String name) throws IOException, DiskRefusedException {
    synchronized (disks) {
      Disk now = current(disk);
      requireNew(vm, name);
      requireUndefined(now);
      Disk renamed = new Disk(vm, name, now.number(), now.sizeBytes(), now.snapshots());
      unusedWithSnapshots(now, () -> disks.store(List.of(renamed), List.of(now.path()), Map.of()));
      LOG.info("disk={} renamed to {}", now.path(), renamed.path());
      return renamed;
    }
  }

  /** Deletes a disk and its snapshots. */
  public void delete(Disk disk) throws IOException, DiskRefusedException {
    synchronized (disks) {
      Disk now = current(disk);
      requireUndefined(now);
      unusedWithSnapshots(now, () -> disks.store(List.of(), List.of(now.path()), Map.of()));
      disks.blocks().delete(now.number());
      for (Disk.Snapshot snapshot : now.snapshots()) {
        disks.blocks().delete(snapshot.number());
      }
      LOG.info("disk={} deleted", now.path());
    }
  }

  /** The name by which a snapshot's attaches are known to the fence. */
  public static String snapshotName(Disk disk, String snapshot) {
    return disk.name() + Fence.SNAPSHOT_MARK + snapshot;
  }

  // Rules.

  /** The disk as it is known now. */
  private Disk current(Disk disk) throws DiskRefusedException {
    return disks
        .get(disk.vm(), disk.name())
        .orElseThrow(() -> DiskRefusedException.unknown("disk: " + disk.path()));
  }

  private static Disk.Snapshot known(Disk disk, String snapshot) throws DiskRefusedException {
    return disk.snapshot(snapshot)
        .orElseThrow(
            () -> DiskRefusedException.unknown("snapshot: " + disk.path() + "@" + snapshot));
  }

  private void requireNew(String vm, String name) throws DiskRefusedException {
    if (!NAME.matcher(vm).matches() || !NAME.matcher(name).matches()) {
      throw DiskRefusedException.because("a disk is named VM/DISK, of letters, digits, - and _");
    }
    if (disks.get(vm, name).isPresent()) {
      throw DiskRefusedException.because(vm + "/" + name + " is there already");
    }
    if (disks.all().size() >= Disks.DISKS_MAX) {
      throw DiskRefusedException.because("this server has its " + Disks.DISKS_MAX + " disks");
    }
  }

  private static void requireSize(long sizeBytes) throws DiskRefusedException {
    if (sizeBytes <= 0 || sizeBytes > DISK_BYTES_MAX) {
      throw DiskRefusedException.because("a disk has 1 to " + DISK_BYTES_MAX + " bytes");
    }
  }

  private boolean isDefined(Disk disk) throws IOException {
    return vms.owner(disk.vm()).definedDisk(disk.name()).isPresent();
  }

  private void requireUndefined(Disk disk) throws IOException, DiskRefusedException {
    if (isDefined(disk)) {
      throw DiskRefusedException.because(
          "the definition of " + disk.vm() + " names the disk " + disk.name());
    }
  }

  private void requireDefinedSize(Disk disk, long sizeBytes)
      throws IOException, DiskRefusedException {
    if (isDefined(disk) && sizeBytes != disk.sizeBytes()) {
      throw DiskRefusedException.because(
          "the definition of "
              + disk.vm()
              + " says "
              + disk.sizeBytes()
              + " bytes for "
              + disk.name()
              + ", not "
              + sizeBytes);
    }
  }

  private Disk stored(Disk disk, String what) throws IOException {
    disks.store(List.of(disk), List.of(), Map.of());
    LOG.info("disk={} {}", disk.path(), what);
    return disk;
  }

  /** Somebody has begun to use what was to be changed. */
  private static final class InUseException extends IOException {
    private static final long serialVersionUID = 1;

    InUseException(String message) {
      super(message);
    }
  }

  /** Does something to a disk that nobody is attached to and no VMM holds. */
  private void alone(Disk disk, Fence.StoreAction action) throws IOException, DiskRefusedException {
    refuse(disk, vms.owner(disk.vm()).fence().alone(disk.name(), action));
  }

  /** Does something to a disk that no plain client is attached to; a VMM attaches anew then. */
  private void betweenAttaches(Disk disk, Fence.StoreAction action)
      throws IOException, DiskRefusedException {
    refuse(disk, vms.owner(disk.vm()).fence().betweenAttaches(disk.name(), action));
  }

  /** Does something to a disk or snapshot that nobody is attached to. */
  private void unused(Disk disk, String attachName, Fence.StoreAction action)
      throws IOException, DiskRefusedException {
    try {
      refuse(disk, vms.owner(disk.vm()).fence().unused(attachName, action));
    } catch (InUseException e) {
      throw DiskRefusedException.because(String.valueOf(e.getMessage()));
    }
  }

  /** Does something to a disk when nobody is attached to it nor to any of its snapshots. */
  private void unusedWithSnapshots(Disk disk, Fence.StoreAction action)
      throws IOException, DiskRefusedException {
    refuse(disk, vms.owner(disk.vm()).fence().unusedWithSnapshots(disk.name(), action));
  }

  private static void refuse(Disk disk, Optional<String> why) throws DiskRefusedException {
    if (why.isPresent()) {
      throw DiskRefusedException.because(disk.path() + ": " + why.get());
    }
  }
}
