package lockstep.vmm.machine.board;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import lockstep.ft.machine.Bytes;
import lockstep.vmm.compiler.CompilerMode;
import lockstep.vmm.compiler.GuestCompiler;
import lockstep.vmm.machine.Machine;
import lockstep.vmm.machine.board.BoardConfig.DiskConfig;
import lockstep.vmm.machine.boot.BootException;
import org.junit.jupiter.api.Assumptions;

/**
 * The real Debian guest for tests tagged {@code guest}, as {@code lockstep image} makes it: a
 * folder with {@code kernel}, {@code initramfs} and {@code root.img}, named by the system property
 * {@code lockstep.guest}.
 */
record GuestFiles(Path folder, long ramBytes, String extraArguments) {
  private static final String PROPERTY = "lockstep.guest";
  private static final String COMPILER = "lockstep.compiler";
  private static final long RAM_BYTES = 128L << 20;

  /** 100 million steps are a second: what the interpreter does, about. */
  private static final int PICOSECONDS_PER_STEP = 10_000;

  private static final String COMMAND_LINE =
      "console=ttyS0 quiet no4lvl no5lvl cryptomgr.notests"
          + " initcall_blacklist=jent_mod_init,btf_vmlinux_init,trace_eval_init,"
          + "check_unaligned_access_all_cpus,init_trusted_keyring,load_system_certificate_list"
          + " lsm=capability audit=0 apparmor=0 init_on_alloc=0"
          + " lockstep.name=lockstep lockstep.ip=10.0.2.15/24 lockstep.gw=10.0.2.2 lockstep.dns=10.0.2.3";

  /** The guest with enough RAM; the test is skipped if there is none on this machine. */
  static GuestFiles find() {
    String folder = System.getProperty(PROPERTY, "");
    Assumptions.assumeFalse(folder.isEmpty(), "-D" + PROPERTY + "=FOLDER names no guest");
    return new GuestFiles(Path.of(folder), RAM_BYTES, "");
  }

  GuestFiles withRam(long bytes) {
    return new GuestFiles(folder, bytes, extraArguments);
  }

  GuestFiles withArguments(String arguments) {
    return new GuestFiles(folder, ramBytes, " " + arguments);
  }

  Path rootDisk() {
    return folder.resolve("root.img");
  }

  /** With the compiler that the property {@code lockstep.compiler} names. */
  Machine machine(long diskBytes) throws BootException {
    return machine(
        diskBytes, CompilerMode.valueOf(System.getProperty(COMPILER, CompilerMode.OFF.name())));
  }

  Machine machine(long diskBytes, CompilerMode compiler) throws BootException {
    return Board.create(
        new BoardConfig(
            ramBytes,
            PICOSECONDS_PER_STEP,
            1,
            COMMAND_LINE + extraArguments,
            Bytes.of(new byte[] {0x52, 0x54, 0, 0x12, 0x34, 0x56}),
            List.of(new DiskConfig(diskBytes, false))),
        read("kernel"),
        read("initramfs"),
        GuestCompiler.of(compiler));
  }

  private ByteBuffer read(String name) {
    try {
      return ByteBuffer.wrap(Files.readAllBytes(folder.resolve(name)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
