package lockstep.tools.disk;

import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Sizes as people write them: {@code 512M}, {@code 10G}; units are powers of 1024. */
final class ByteSizes implements ITypeConverter<Long> {
  private static final String UNITS = "KMGT";
  private static final int UNIT_BITS = 10;

  @Override
  public Long convert(String text) {
    String upper = text.toUpperCase(Locale.ROOT).replaceFirst("(?<=\\d[KMGT])I?B$", "");
    int unit = upper.isEmpty() ? -1 : UNITS.indexOf(upper.charAt(upper.length() - 1));
    String digits = unit < 0 ? upper : upper.substring(0, upper.length() - 1);
    try {
      return Math.multiplyExact(Long.parseLong(digits), 1L << (UNIT_BITS * (unit + 1)));
    } catch (ArithmeticException | NumberFormatException _) {
      throw new TypeConversionException("'" + text + "' is no size; 512M and 10G are");
    }
  }

  /** With a unit, three digits. */
  static String format(long bytes) {
    double value = bytes;
    int unit = -1;
    while (value >= 1 << UNIT_BITS && unit < UNITS.length() - 1) {
      value /= 1 << UNIT_BITS;
      unit++;
    }
    return unit < 0
        ? bytes + " B"
        : String.format(
            Locale.ROOT, value < 10 ? "%.2f %siB" : "%.1f %siB", value, UNITS.charAt(unit));
  }
}
