package lockstep.disk.vm;

import java.util.List;
import java.util.Optional;
import lockstep.ft.definition.VmDefinition;

/** A VM as this server knows it. Its definition may be replaced while nobody runs it. */
public final class Vm {

  /**
   * A disk that the VM's definition names.
   *
   * @param number its name in the block store
   */
  public record Disk(int number, VmDefinition.Disk definition) {
    public String name() {
      return definition.name();
    }

    public long sizeBytes() {
      return definition.sizeBytes();
    }
  }

  /** Definition and disks, which change together. */
  private record Defined(VmDefinition definition, List<Disk> disks) {}

  private final Fence fence;
  private volatile Defined defined;

  Vm(VmDefinition definition, List<Disk> disks, Fence fence) {
    this.defined = new Defined(definition, List.copyOf(disks));
    this.fence = fence;
  }

  void redefine(VmDefinition definition, List<Disk> disks) {
    defined = new Defined(definition, List.copyOf(disks));
  }

  public String name() {
    return defined.definition.name();
  }

  public VmDefinition definition() {
    return defined.definition;
  }

  public List<Disk> disks() {
    return defined.disks;
  }

  public Optional<Disk> disk(String name) {
    return defined.disks.stream().filter(disk -> disk.name().equals(name)).findFirst();
  }

  public Fence fence() {
    return fence;
  }
}
