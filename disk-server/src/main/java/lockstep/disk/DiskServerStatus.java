package lockstep.disk;

import java.util.List;
import lockstep.disk.vm.Attach;
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
   * @param attaches who is attached
   */
  public record DiskStatus(String export, long sizeBytes, List<AttachStatus> attaches) {}

  public record AttachStatus(String access, long epoch) {}

  static List<VmStatus> of(Vms vms, long nowNanos) {
    return vms.all().stream().map(vm -> of(vm, nowNanos)).toList();
  }

  private static VmStatus of(Vm vm, long nowNanos) {
    ArbiterRecord record = vm.fence().record();
    List<Attach> attaches = vm.fence().attaches();
    return new VmStatus(
        vm.name(),
        DefinitionCodec.digest(vm.definition()),
        record.epoch(),
        record.live().map(member -> member.id().toString()).orElse(""),
        record.backup().map(member -> member.id().toString()).orElse(""),
        record.guestGeneration(),
        vm.fence().leased(nowNanos),
        vm.disks().stream().map(disk -> of(vm, disk, attaches)).toList());
  }

  private static DiskStatus of(Vm vm, Vm.Disk disk, List<Attach> attaches) {
    return new DiskStatus(
        vm.name() + "/" + disk.name(),
        disk.sizeBytes(),
        attaches.stream()
            .filter(attach -> attach.disk().equals(disk.name()))
            .map(attach -> new AttachStatus(attach.access().toString(), attach.epoch()))
            .toList());
  }
}
