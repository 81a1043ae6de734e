package lockstep.ft.nbd;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names a disk, and who asks for it: {@code vm/disk} for a plain client, {@code vm/disk;epoch=7}
 * for the VMM that is live at epoch 7.
 */
public record ExportName(String vm, String disk, OptionalLong epoch) {
  private static final Pattern FORM =
      Pattern.compile("([A-Za-z0-9_-]{1,64})/([A-Za-z0-9_-]{1,64})(?:;epoch=(\\d{1,18}))?");

  /** The export of {@code vm/disk} for a plain client. */
  public static ExportName plain(String vm, String disk) {
    return new ExportName(vm, disk, OptionalLong.empty());
  }

  /** The export of {@code vm/disk} for the VMM that is live at {@code epoch}. */
  public static ExportName held(String vm, String disk, long epoch) {
    return new ExportName(vm, disk, OptionalLong.of(epoch));
  }

  /** Empty if {@code text} is no such name. */
  public static Optional<ExportName> parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    String epoch = matcher.group(3);
    return Optional.of(
        new ExportName(
            matcher.group(1),
            matcher.group(2),
            epoch == null ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(epoch))));
  }

  /** {@code vm/disk} */
  public String path() {
    return vm + "/" + disk;
  }

  /** As it travels. */
  @Override
  public String toString() {
    return epoch.isPresent() ? path() + ";epoch=" + epoch.getAsLong() : path();
  }
}
