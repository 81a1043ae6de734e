package lockstep.vmm.replica;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import lockstep.ft.definition.VmDefinition;
import lockstep.ft.machine.Bytes;
import lockstep.vmm.compiler.CompilerMode;
import lockstep.vmm.compiler.GuestCompiler;
import lockstep.vmm.machine.Machine;
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
  static Machine create(
      VmDefinition definition, ByteBuffer kernel, ByteBuffer initramfs, CompilerMode compiler)
      throws IOException {
    try {
      return Board.create(config(definition), kernel, initramfs, GuestCompiler.of(compiler));
    } catch (BootException e) {
      throw new IOException("the guest can't be loaded: " + e.getMessage(), e);
    }
  }

  /** A machine that goes on from {@code state} and can't be powered on. */
  static Machine restore(VmDefinition definition, CompilerMode compiler, InputStream state)
      throws IOException {
    try {
      Machine machine = Board.createForSavedState(config(definition), GuestCompiler.of(compiler));
      machine.restore(state);
      return machine;
    } catch (BootException e) {
      throw new IOException("the machine can't be made: " + e.getMessage(), e);
    }
  }

  private static BoardConfig config(VmDefinition definition) {
    return new BoardConfig(
        definition.memoryBytes(),
        definition.picosecondsPerStep(),
        definition.harts(),
        definition.commandLine(),
        Bytes.of(HexFormat.ofDelimiter(":").parseHex(definition.network().mac())),
        definition.disks().stream()
            .map(disk -> new BoardConfig.DiskConfig(disk.sizeBytes(), disk.readOnly()))
            .toList());
  }
}
