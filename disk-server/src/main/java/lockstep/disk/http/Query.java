package lockstep.disk.http;

import com.sun.net.httpserver.HttpExchange;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import lockstep.ft.nbd.ExportName;

/** What stands behind the question mark of a request: {@code NAME=VALUE&NAME=VALUE}. */
record Query(Map<String, String> values) {

  static Query of(HttpExchange exchange) throws BadRequestException {
    Map<String, String> values = new HashMap<>();
    String raw = exchange.getRequestURI().getRawQuery();
    if (raw != null) {
      for (String part : raw.split("&")) {
        int equals = part.indexOf('=');
        if (equals < 0) {
          throw new BadRequestException("not NAME=VALUE: " + part);
        }
        values.put(
            part.substring(0, equals),
            URLDecoder.decode(part.substring(equals + 1), StandardCharsets.UTF_8));
      }
    }
    return new Query(values);
  }

  boolean has(String name) {
    return values.containsKey(name);
  }

  /** Empty if it is not there. */
  OptionalLong number(String name) throws BadRequestException {
    String value = values.get(name);
    if (value == null) {
      return OptionalLong.empty();
    }
    try {
      return OptionalLong.of(Long.parseLong(value));
    } catch (NumberFormatException _) {
      throw new BadRequestException(name + " is not a number: " + value);
    }
  }

  long bytes(String name) throws BadRequestException {
    return number(name).orElseThrow(() -> new BadRequestException(name + "=BYTES"));
  }

  ExportName export(String name) throws BadRequestException {
    Optional<ExportName> parsed = Optional.ofNullable(values.get(name)).flatMap(ExportName::parse);
    return parsed.orElseThrow(() -> new BadRequestException(name + "=VM/DISK"));
  }
}
