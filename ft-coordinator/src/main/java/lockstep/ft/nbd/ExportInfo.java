package lockstep.ft.nbd;

import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a server tells about an export when a client attaches.
 *
 * @param sizeBytes of the disk
 * @param transmissionFlags {@code TRANSMISSION_*} of {@link Nbd}
 * @param incarnation of the disk server: drawn at random when it starts, so that another one means
 *     that answered writes may be lost which no flush has covered; empty from other NBD servers
 */
public record ExportInfo(long sizeBytes, int transmissionFlags, OptionalLong incarnation) {
  private static final Pattern DESCRIPTION = Pattern.compile("incarnation=([0-9a-f]{16})");

  /** Whether the disk can't be written through this attach. */
  public boolean readOnly() {
    return has(Nbd.TRANSMISSION_READ_ONLY);
  }

  public boolean has(int transmissionFlag) {
    return (transmissionFlags & transmissionFlag) != 0;
  }

  /** The text of {@link Nbd#INFO_DESCRIPTION} with which a disk server tells its incarnation. */
  public static String describe(long incarnation) {
    return String.format("incarnation=%016x", incarnation);
  }

  /** The opposite of {@link #describe}; empty for the descriptions of other servers. */
  static OptionalLong incarnationIn(String description) {
    Matcher matcher = DESCRIPTION.matcher(description);
    return matcher.matches()
        ? OptionalLong.of(Long.parseUnsignedLong(matcher.group(1), 16))
        : OptionalLong.empty();
  }
}
