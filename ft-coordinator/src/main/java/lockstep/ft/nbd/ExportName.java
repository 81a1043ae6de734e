package lockstep.ft.nbd;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names a disk, and who asks for it: {@code vm/disk} for a plain client, {@code vm/disk;epoch=7}
 * for the VMM that is live at epoch 7, {@code vm/disk@name} for a snapshot, which can only be read.
 *
 * @param snapshot empty for the disk itself
 * @param epoch empty for a plain client, and for a snapshot
 */
public record ExportName(String vm, String disk, Optional<String> snapshot, OptionalLong epoch) {
  private static final Pattern FORM =
      Pattern.compile(
          "([A-Za-z0-9_-]{1,64})/([A-Za-z0-9_-]{1,64})"
              + "(?:@([A-Za-z0-9_.-]{1,64})|;epoch=(\\d{1,18}))?");

  /** The export of {@code vm/disk} for a plain client. */
  public static ExportName plain(String vm, String disk) {
    return new ExportName(vm, disk, Optional.empty(), OptionalLong.empty());
  }

  /** The export of {@code vm/disk} for the VMM that is live at {@code epoch}. */
  public static ExportName held(String vm, String disk, long epoch) {
    return new ExportName(vm, disk, Optional.empty(), OptionalLong.of(epoch));
  }

  /** The export of a snapshot of {@code vm/disk}. */
  public static ExportName snapshot(String vm, String disk, String snapshot) {
    return new ExportName(vm, disk, Optional.of(snapshot), OptionalLong.empty());
  }

  /** Empty if {@code text} is no such name. */
  public static Optional<ExportName> parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    String epoch = matcher.group(4);
    return Optional.of(
        new ExportName(
            matcher.group(1),
            matcher.group(2),
            Optional.ofNullable(matcher.group(3)),
            epoch == null ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(epoch))));
  }

  /** {@code vm/disk} */
  public String path() {
    return vm + "/" + disk;
  }

  /** As it travels. */
  @Override
  public String toString() {
    return path()
        + snapshot.map(name -> "@" + name).orElse("")
        + (epoch.isPresent() ? ";epoch=" + epoch.getAsLong() : "");
  }
}
