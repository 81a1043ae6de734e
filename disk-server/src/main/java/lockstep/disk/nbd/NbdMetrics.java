package lockstep.disk.nbd;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Meter;
import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.Timer;
import java.util.EnumMap;
import java.util.Map;

/** What the NBD server counts. */
final class NbdMetrics {
  final Counter attaches;
  final Meter fenced;
  final Meter errors;
  final Meter malformed;

  /** Connections that ended because of a mistake of ours. */
  final Counter bugs;

  final Meter readBytes;
  final Meter writtenBytes;
  final Timer read;
  final Timer flush;
  private final Map<Change.Kind, Timer> changes = new EnumMap<>(Change.Kind.class);

  NbdMetrics(MetricRegistry registry) {
    attaches = registry.counter("nbd_attaches");
    fenced = registry.meter("nbd_fenced");
    errors = registry.meter("nbd_errors");
    malformed = registry.meter("nbd_malformed");
    bugs = registry.counter("nbd_bugs");
    readBytes = registry.meter("nbd_read_bytes");
    writtenBytes = registry.meter("nbd_written_bytes");
    read = registry.timer("nbd_read");
    flush = registry.timer("nbd_flush");
    for (Change.Kind kind : Change.Kind.values()) {
      changes.put(kind, registry.timer("nbd_" + kind.name().toLowerCase(java.util.Locale.ROOT)));
    }
  }

  Timer change(Change.Kind kind) {
    return java.util.Objects.requireNonNull(changes.get(kind));
  }
}
