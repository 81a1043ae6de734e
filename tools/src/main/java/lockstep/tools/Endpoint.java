package lockstep.tools;

import lockstep.ft.net.Endpoints;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** {@code HOST} or {@code HOST:PORT} on the command line; stays the text it is. */
public final class Endpoint implements ITypeConverter<String> {
  @Override
  public String convert(String text) {
    try {
      var _ = Endpoints.parse(text, 0);
      return text;
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }
}
