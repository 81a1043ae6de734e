package lockstep.disk;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import lockstep.disk.store.BlockStore;
import lockstep.disk.vm.Attach;
import lockstep.disk.vm.Disk;
import lockstep.disk.vm.DiskStatistics;
import lockstep.disk.vm.Disks;
import lockstep.disk.vm.Vm;
import lockstep.disk.vm.Vms;
import lockstep.ft.arbiter.ArbiterRecord;
import lockstep.ft.definition.DefinitionCodec;

/**
 * What {@code GET /status} tells.
 *
 * @param incarnation 16 hexadecimal digits
 */
public record DiskServerStatus(String incarnation, String nbd, String arbiter, List<VmStatus> vms) {

  /**
   * @param live the live replica's id, or empty
   * @param backup the backup's id, or empty
   * @param leased whether the live replica's lease runs
   */
  public record VmStatus(
      String name,
      String definitionDigest,
      long epoch,
      String live,
      String backup,
      long guestGeneration,
      boolean leased,
      List<DiskStatus> disks) {}

  /**
   * @param export name for plain clients
   * @param defined whether a VM's definition names it
   * @param access what a plain client would get: {@code PLAIN_WRITER} or {@code READER}
   * @param allocatedBytes about what it takes in the store
   * @param attaches who is attached, to a snapshot too
   * @param statistics since the server started
   */
  public record DiskStatus(
      String export,
      long sizeBytes,
      boolean defined,
      String access,
      long allocatedBytes,
      List<Disk.Snapshot> snapshots,
      List<AttachStatus> attaches,
      DiskStatistics.Counts statistics) {}

  /**
   * @param snapshot of the disk, or empty
   */
  public record AttachStatus(String access, long epoch, String snapshot) {}

  static List<VmStatus> of(Vms vms, Disks disks, BlockStore blocks, long nowNanos)
      throws IOException {
    List<VmStatus> all = new ArrayList<>();
    for (Vm vm : vms.all()) {
      all.add(of(vm, diskStatus(vm, disks, blocks), nowNanos));
    }
    return all;
  }

  private static VmStatus of(Vm vm, List<DiskStatus> disks, long nowNanos) {
    ArbiterRecord record = vm.fence().record();
    return new VmStatus(
        vm.name(),
        vm.definition().map(DefinitionCodec::digest).orElse(""),
        record.epoch(),
        record.live().map(member -> member.id().toString()).orElse(""),
        record.backup().map(member -> member.id().toString()).orElse(""),
        record.guestGeneration(),
        vm.fence().leaseLeftNanos(nowNanos) > 0,
        disks);
  }

  /** The disks of a VM, defined or not. */
  public static List<DiskStatus> diskStatus(Vm vm, Disks disks, BlockStore blocks)
      throws IOException {
    List<DiskStatus> all = new ArrayList<>();
    for (Disk disk : disks.of(vm.name())) {
      all.add(of(vm, disk, disks, blocks));
    }
    return all;
  }

  /** One disk. */
  public static DiskStatus of(Vm vm, Disk disk, Disks disks, BlockStore blocks) throws IOException {
    return new DiskStatus(
        disk.path(),
        disk.sizeBytes(),
        vm.definedDisk(disk.name()).isPresent(),
        vm.fence().plainAccess().toString(),
        blocks.allocatedBytes(disk.number()),
        disk.snapshots(),
        vm.fence().attaches().stream().flatMap(attach -> of(disk, attach).stream()).toList(),
        disks.statistics(disk.path()).counts());
  }

  private static Optional<AttachStatus> of(Disk disk, Attach attach) {
    String prefix = disk.name() + "@";
    if (attach.disk().equals(disk.name())) {
      return Optional.of(new AttachStatus(attach.access().toString(), attach.epoch(), ""));
    }
    return attach.disk().startsWith(prefix)
        ? Optional.of(
            new AttachStatus(
                attach.access().toString(),
                attach.epoch(),
                attach.disk().substring(prefix.length())))
        : Optional.empty();
  }
}
