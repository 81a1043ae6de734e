package lockstep.tools;

import lockstep.ft.net.Endpoints;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A host or address on the command line, whose port is an option of its own. */
public final class HostName implements ITypeConverter<String> {
  @Override
  public String convert(String text) {
    try {
      return Endpoints.host(text);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }
}
