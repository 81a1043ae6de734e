package lockstep.vmm.replica;

import java.io.IOException;
import java.util.HexFormat;
import lockstep.ft.definition.VmDefinition;
import lockstep.ft.machine.Bytes;
import lockstep.ft.machine.DeterministicMachine;
import lockstep.vmm.compiler.CompilerMode;
import lockstep.vmm.compiler.GuestCompiler;
import lockstep.vmm.machine.board.Board;
import lockstep.vmm.machine.board.BoardConfig;
import lockstep.vmm.machine.boot.BootException;

/** Makes the machine that a definition describes. */
final class Machines {
  private Machines() {}

  /**
   * @param compiler no part of the definition: replicas need not agree on it
   * @throws IOException if the kernel is no Image of this machine, or does not fit into its memory
   */
  static DeterministicMachine create(
      VmDefinition definition, byte[] kernel, byte[] initramfs, CompilerMode compiler)
      throws IOException {
    BoardConfig config =
        new BoardConfig(
            definition.memoryBytes(),
            definition.picosecondsPerStep(),
            definition.harts(),
            definition.commandLine(),
            Bytes.of(HexFormat.ofDelimiter(":").parseHex(definition.network().mac())),
            definition.disks().stream()
                .map(disk -> new BoardConfig.DiskConfig(disk.sizeBytes(), disk.readOnly()))
                .toList());
    try {
      return Board.create(config, kernel, initramfs, GuestCompiler.of(compiler));
    } catch (BootException e) {
      throw new IOException("the guest can't be loaded: " + e.getMessage(), e);
    }
  }
}
