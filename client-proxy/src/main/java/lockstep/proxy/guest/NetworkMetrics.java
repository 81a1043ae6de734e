package lockstep.proxy.guest;

import com.codahale.metrics.Counter;
import com.codahale.metrics.MetricRegistry;
import java.util.Locale;
import lockstep.proxy.net.Packet;

/** What the guest's network counts. */
final class NetworkMetrics {
  private final MetricRegistry registry;
  final Counter framesFromGuest;
  final Counter framesToGuest;
  final Counter bytesFromGuest;
  final Counter bytesToGuest;
  final Counter retransmits;
  final Counter connectionsPublished;
  final Counter connectionsOutbound;
  final Counter connectionsRefused;
  final Counter connectionsReset;
  final Counter connectionsLimited;
  final Counter dnsQuestions;

  NetworkMetrics(MetricRegistry registry) {
    this.registry = registry;
    framesFromGuest = counter("frames_from_guest_total");
    framesToGuest = counter("frames_to_guest_total");
    bytesFromGuest = counter("payload_bytes_from_guest_total");
    bytesToGuest = counter("payload_bytes_to_guest_total");
    retransmits = counter("tcp_retransmits_total");
    connectionsPublished = counter("connections_published_total");
    connectionsOutbound = counter("connections_outbound_total");
    connectionsRefused = counter("connections_refused_by_guest_total");
    connectionsReset = counter("connections_reset_total");
    connectionsLimited = counter("connections_over_limit_total");
    dnsQuestions = counter("dns_questions_total");
  }

  void dropped(Packet.Reason reason) {
    counter("frames_dropped_" + reason.name().toLowerCase(Locale.ROOT) + "_total").inc();
  }

  private Counter counter(String name) {
    return registry.counter("proxy_" + name);
  }
}
