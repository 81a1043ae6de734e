package lockstep.tools.image;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The scripts and tables inside the guest: resources beside this class. */
final class GuestScripts {
  static final String INITRAMFS_INIT = "initramfs-init";
  static final String BOOT = "boot";
  static final String SERVICE = "service";
  static final String ANNOUNCE = "announce";
  static final String SHUTDOWN = "shutdown";
  static final String INITTAB = "inittab";
  static final String PROFILE = "profile";
  static final String PASSWD = "passwd";
  static final String GROUP = "group";

  private static final List<String> ALL =
      List.of(INITRAMFS_INIT, BOOT, SERVICE, ANNOUNCE, SHUTDOWN, INITTAB, PROFILE, PASSWD, GROUP);

  private GuestScripts() {}

  static String text(String name) throws ImageException {
    try (InputStream in = GuestScripts.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("no such resource: " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new ImageException("cannot read the guest's script " + name, e);
    }
  }

  static String allAsText() throws ImageException {
    StringBuilder all = new StringBuilder();
    for (String name : ALL) {
      all.append(name).append('\n').append(text(name));
    }
    return all.toString();
  }
}
