package lockstep.tools.command;

import java.util.List;
import java.util.concurrent.TimeUnit;
import lockstep.ft.core.ReplicaConfig.Limits;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** What a VMM's protection may cost its guest and its network. */
final class ProtectionOptions {
  private static final long MILLION = 1_000_000;

  @Option(
      names = "--transfer-rate",
      paramLabel = "MB",
      defaultValue = "200",
      converter = Positive.class,
      description =
          "Send the state to a new backup at no more than so many MB a second (default:"
              + " ${DEFAULT-VALUE}).")
  private int transferRate;

  @Option(
      names = "--lag",
      paramLabel = "MS",
      defaultValue = "100",
      converter = Positive.class,
      description =
          "Slow the guest so that its backup is never further behind than this (default:"
              + " ${DEFAULT-VALUE}).")
  private int lagMillis;

  @Option(
      names = "--silence",
      paramLabel = "MS",
      defaultValue = "150",
      converter = Positive.class,
      description =
          "Never take the other replica for dead before it was silent for so long; up to a second,"
              + " or this if it is more, is learnt from how it is heard (default:"
              + " ${DEFAULT-VALUE}).")
  private int silenceMillis;

  /** The same again, for another command that takes them. */
  List<String> arguments() {
    return List.of(
        "--transfer-rate",
        Integer.toString(transferRate),
        "--lag",
        Integer.toString(lagMillis),
        "--silence",
        Integer.toString(silenceMillis));
  }

  Limits limits() {
    Limits usual = Limits.DEFAULT;
    return usual.with(
        TimeUnit.MILLISECONDS.toNanos(silenceMillis),
        TimeUnit.MILLISECONDS.toNanos(lagMillis),
        usual.transfer().withBandwidth(transferRate * MILLION));
  }

  /** A whole number above 0. */
  static final class Positive implements ITypeConverter<Integer> {
    @Override
    public Integer convert(String value) {
      int number = Integer.parseInt(value);
      if (number <= 0) {
        throw new TypeConversionException("'" + value + "' is not more than 0");
      }
      return number;
    }
  }
}
