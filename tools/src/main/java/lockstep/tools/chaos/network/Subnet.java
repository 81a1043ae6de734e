package lockstep.tools.chaos.network;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * An IPv4 subnet.
 *
 * @param first its first address, as a number
 * @param prefixLength 0 to 32
 */
record Subnet(int first, int prefixLength) {
  private static final int BITS = 32;
  private static final Pattern TEXT =
      Pattern.compile(
          "([0-9]{1,3})\\.([0-9]{1,3})\\.([0-9]{1,3})\\.([0-9]{1,3})(?:/([0-9]{1,2}))?");

  /** Of each private range (RFC 1918, 3) some that others seldom use. */
  private static final List<Subnet> CANDIDATES =
      Stream.of("10.213.%d.0/24", "172.30.%d.0/24", "192.168.%d.0/24")
          .flatMap(text -> IntStream.range(0, 256).mapToObj(i -> parse(text.formatted(i))))
          .toList();

  /**
   * From {@code 10.0.0.0/8}, or {@code 10.0.0.1} for one address alone.
   *
   * @throws IllegalArgumentException if it is neither
   */
  static Subnet parse(String text) {
    Matcher parts = TEXT.matcher(text);
    if (!parts.matches()) {
      throw new IllegalArgumentException("no IPv4 subnet: " + text);
    }
    int first = 0;
    for (int i = 1; i <= 4; i++) {
      first = (first << 8) | below(256, parts.group(i), text);
    }
    String length = parts.group(5);
    return new Subnet(first, length == null ? BITS : below(BITS + 1, length, text));
  }

  private static int below(int limit, String digits, String text) {
    int number = Integer.parseInt(digits);
    if (number >= limit) {
      throw new IllegalArgumentException("no IPv4 subnet: " + text);
    }
    return number;
  }

  /** One of 256 private addresses that shares none with those in {@code taken}, if there is one. */
  static Optional<Subnet> free(List<Subnet> taken) {
    return CANDIDATES.stream()
        .filter(candidate -> taken.stream().noneMatch(candidate::overlaps))
        .findFirst();
  }

  boolean overlaps(Subnet other) {
    int shorter = Math.min(prefixLength, other.prefixLength);
    return shorter == 0 || (first ^ other.first) >>> (BITS - shorter) == 0;
  }

  /** Its {@code index}-th address. */
  String address(int index) {
    int address = first + index;
    return "%d.%d.%d.%d"
        .formatted(address >>> 24, (address >>> 16) & 255, (address >>> 8) & 255, address & 255);
  }

  @Override
  public String toString() {
    return address(0) + "/" + prefixLength;
  }
}
