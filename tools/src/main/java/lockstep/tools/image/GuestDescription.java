package lockstep.tools.image;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What a guest directory holds: its {@code guest.json}.
 *
 * @param format {@link #FORMAT}
 * @param recipeDigest of the recipe that it was made by
 * @param suite the Debian release
 * @param kernelRelease for example {@code 6.12.1+deb13-riscv64}
 * @param service the shell command that the guest runs
 * @param ports TCP ports of the guest that clients are to reach
 * @param memoryBytes recommended guest RAM
 * @param commandLine recommended kernel command line, with the default addresses
 * @param files the other files of the directory by their names
 * @param packages installed, by name
 */
public record GuestDescription(
    String format,
    String recipeDigest,
    String suite,
    String kernelRelease,
    String service,
    List<Integer> ports,
    long memoryBytes,
    String commandLine,
    Map<String, FileDescription> files,
    List<InstalledPackage> packages) {

  /** The form of this description and of the guest's files. */
  public static final String FORMAT = "lockstep guest 1";

  /**
   * A file of the guest.
   *
   * @param sha256 64 hexadecimal digits
   */
  public record FileDescription(long sizeBytes, String sha256) {}

  /** A Debian package in the guest. */
  public record InstalledPackage(String name, String version) {}

  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .build();

  private static final int DIGITS_SHOWN = 12;

  /** Whether both have the same kernel, initramfs and root disk, byte for byte. */
  public boolean isSameGuest(GuestDescription other) {
    return Guest.FILES.stream()
        .allMatch(name -> Objects.equals(files.get(name), other.files.get(name)));
  }

  /** How people tell one guest from another: its program, and the digest of its root disk. */
  public String brief() {
    String digest = Optional.ofNullable(files.get(Guest.ROOT)).map(f -> f.sha256()).orElse("");
    return "%s, root disk %s"
        .formatted(
            service.strip().split("\\s", 2)[0],
            digest.substring(0, Math.min(DIGITS_SHOWN, digest.length())));
  }

  String toJson() {
    try {
      return MAPPER.writeValueAsString(this) + '\n';
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * @throws ImageException where the text does not describe a guest
   */
  static GuestDescription fromJson(String json) throws ImageException {
    GuestDescription read;
    try {
      read = MAPPER.readValue(json, GuestDescription.class);
    } catch (JsonProcessingException e) {
      throw new ImageException("guest.json is damaged: " + e.getOriginalMessage(), e);
    }
    if (read == null || !read.format().equals(FORMAT)) {
      throw new ImageException("guest.json does not say \"%s\"".formatted(FORMAT));
    }
    for (String name : Guest.FILES) {
      if (read.files().get(name) == null) {
        throw new ImageException("guest.json does not describe " + name);
      }
    }
    return read;
  }
}
