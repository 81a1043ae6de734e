package lockstep.tools.image;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SequencedMap;

/** The initramfs: busybox, the modules that find the root disk, and a script that mounts it. */
final class Initramfs {
  private Initramfs() {}

  /**
   * @param modules by name, in the order of loading
   * @param tree brings busybox
   */
  static byte[] of(SequencedMap<String, byte[]> modules, RootTree tree)
      throws IOException, ImageException {
    CpioArchive archive = new CpioArchive();
    for (String directory : List.of("bin", "dev", "modules", "root")) {
      archive.directory(directory);
    }
    archive.file("bin/busybox", tree.busybox());
    archive.symlink("bin/sh", "busybox");
    archive.file(
        "init", GuestScripts.text(GuestScripts.INITRAMFS_INIT).getBytes(StandardCharsets.UTF_8));
    StringBuilder order = new StringBuilder();
    for (var module : modules.entrySet()) {
      String file = module.getKey() + ".ko";
      archive.file("modules/" + file, module.getValue());
      order.append(file).append('\n');
    }
    archive.file("modules/order", order.toString().getBytes(StandardCharsets.UTF_8));
    return archive.finish();
  }
}
