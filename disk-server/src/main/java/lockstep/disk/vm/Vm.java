package lockstep.disk.vm;

import java.util.Optional;
import lockstep.ft.definition.VmDefinition;

/**
 * A VM as this server knows it: its fence, and its definition if it has one. Disks can be there
 * before the VM is defined. A definition may be replaced while nobody can be live.
 */
public final class Vm {
  private final String name;
  private final Fence fence;
  private volatile Optional<VmDefinition> definition;

  Vm(String name, Fence fence, Optional<VmDefinition> definition) {
    this.name = name;
    this.fence = fence;
    this.definition = definition;
  }

  void define(VmDefinition changed) {
    definition = Optional.of(changed);
  }

  public String name() {
    return name;
  }

  public Optional<VmDefinition> definition() {
    return definition;
  }

  /** The disk of this name in the definition. */
  public Optional<VmDefinition.Disk> definedDisk(String disk) {
    return definition.flatMap(
        defined -> defined.disks().stream().filter(d -> d.name().equals(disk)).findFirst());
  }

  public Fence fence() {
    return fence;
  }
}
