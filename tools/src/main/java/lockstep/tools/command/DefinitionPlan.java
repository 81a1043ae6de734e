package lockstep.tools.command;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import lockstep.tools.cluster.DefinedVm;
import lockstep.tools.image.GuestDescription;

/** What {@code up} does about a VM that was defined before. Decides only, and changes nothing. */
sealed interface DefinitionPlan {
  /** As it is to be. */
  DefinedVm vm();

  /** It stays as it is. */
  record Keep(DefinedVm vm) implements DefinitionPlan {}

  /** Ports or memory change; the disks stay. */
  record Redefine(DefinedVm vm) implements DefinitionPlan {}

  /**
   * Decides.
   *
   * @param guest the one named by {@code --guest}
   * @param publish host port by guest port, as wished
   * @param memoryBytes as wished; 0 for no wish
   * @param running whether a VMM of it runs
   * @throws IOException saying why it can't be had, and what to do
   */
  static DefinitionPlan of(
      DefinedVm known,
      Optional<GuestDescription> guest,
      Map<Integer, Integer> publish,
      long memoryBytes,
      boolean running)
      throws IOException {
    if (guest.isPresent() && !guest.get().isSameGuest(known.guest())) {
      throw new IOException(
          "--guest is another guest (%s) than this state directory's (%s), whose disk it would overwrite; give it a --state of its own"
              .formatted(guest.get().brief(), known.guest().brief()));
    }
    DefinedVm wished = known.with(publish, memoryBytes);
    if (wished.equals(known)) {
      return new Keep(known);
    }
    if (running) {
      throw new IOException(
          "--publish and --memory can't change while the VM runs; lockstep down first");
    }
    return new Redefine(wished);
  }
}
