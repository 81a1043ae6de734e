package lockstep.tools.command;

import java.nio.file.Path;
import java.util.List;
import lockstep.ft.definition.VmDefinition.PublishedPort;

/** How {@code up} ends: what to try next. */
final class UpText {
  private static final int REDIS_PORT = 6379;

  private UpText() {}

  /**
   * @param isProtected whether there is a backup
   * @param root of the state directory
   */
  static String of(boolean isProtected, Path root, List<PublishedPort> published) {
    StringBuilder text = new StringBuilder();
    text.append(
        """

        The guest is up%s. Everything is kept in %s

        Try:
        """
            .formatted(isProtected ? " and protected" : ", alone", root));
    boolean hasRedis = false;
    for (PublishedPort port : published) {
      if (port.guestPort() == REDIS_PORT) {
        hasRedis = true;
        text.append("  redis-cli -p %d set a 1%n".formatted(port.port()));
      } else {
        text.append(
            "  127.0.0.1:%d is the guest's port %d%n".formatted(port.port(), port.guestPort()));
      }
    }
    if (isProtected) {
      text.append("  lockstep kill primary        # kill -9; the backup goes live\n");
    }
    if (isProtected && hasRedis) {
      text.append("  lockstep demo                # the same as a story; needs only Java\n");
    }
    return text.append("  lockstep status | lockstep console | lockstep down\n").toString();
  }
}
