package lockstep.tools.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where one Lockstep on this machine keeps everything.
 *
 * <pre>
 * cluster.json   what was chosen at the first start: ports, name of the VM
 * defined.json   the VM as it was put onto the disk server, and of which guest
 * guest/         kernel, initramfs, root.img, guest.json
 * disk/          the disk server's store: disks, arbiter, definitions
 * logs/          one file a server; how each process of theirs has ended
 * kept/          saved states, and states that differed
 * run/           one file a server process: its pid
 * </pre>
 */
public record StateDirectory(Path root) {

  public Path settingsFile() {
    return root.resolve("cluster.json");
  }

  public Path definedFile() {
    return root.resolve("defined.json");
  }

  public Path guest() {
    return root.resolve("guest");
  }

  public Path disk() {
    return root.resolve("disk");
  }

  /** Where VMMs keep saved states, and what differed. */
  public Path kept() {
    return root.resolve("kept");
  }

  public Path logs() {
    return root.resolve("logs");
  }

  public Path logFile(String server) {
    return logs().resolve(server + ".log");
  }

  /** How servers' processes have ended, a {@link ServerEnd} a line. */
  public Path endsFile() {
    return logs().resolve("ends");
  }

  public Path pidFile(String server) {
    return root.resolve("run").resolve(server + ".pid");
  }

  /** Makes the folders that are missing. */
  public void create() throws IOException {
    Files.createDirectories(logs());
    Files.createDirectories(root.resolve("run"));
  }
}
