package lockstep.proxy.guest;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import lockstep.proxy.net.FrameWriter;
import lockstep.proxy.net.Ipv4Address;
import lockstep.proxy.net.TcpSegment;
import lockstep.proxy.tcp.BufferBudget;
import lockstep.proxy.tcp.TcpEffect;
import lockstep.proxy.tcp.TcpEvent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All connections between sockets and the guest, and what they share. */
final class FlowTable {
  private static final Logger log = LoggerFactory.getLogger(FlowTable.class);

  /** The ports that connections to the guest come from (RFC 6335, 6, and some below). */
  private static final int PORT_MIN = 32_768;

  private static final int PORT_MAX = 60_999;

  private final ProxyLimits limits;
  private final FrameWriter frames;
  private final FrameSink sink;
  private final Ipv4Address guest;
  private final LongSupplier clock;
  private final NetworkMetrics metrics;
  private final BufferBudget budget;

  private final Map<FlowKey, Flow> flows = new HashMap<>();
  private final Set<Flow> lingering = new LinkedHashSet<>();
  private boolean pathUp;
  private int nextPort;

  FlowTable(
      ProxyLimits limits,
      FrameWriter frames,
      FrameSink sink,
      Ipv4Address guest,
      LongSupplier clock,
      int firstPort,
      NetworkMetrics metrics) {
    this.limits = limits;
    this.frames = frames;
    this.sink = sink;
    this.guest = guest;
    this.clock = clock;
    this.nextPort = PORT_MIN + Math.floorMod(firstPort, PORT_MAX - PORT_MIN + 1);
    this.metrics = metrics;
    this.budget = new BufferBudget(limits.bufferBytesMax());
  }

  ProxyLimits limits() {
    return limits;
  }

  NetworkMetrics metrics() {
    return metrics;
  }

  BufferBudget budget() {
    return budget;
  }

  long nowNanos() {
    return clock.getAsLong();
  }

  /** Whether another connection may be opened. */
  boolean hasRoom() {
    return connections() < limits.connectionsMax();
  }

  /** Connections with a socket. */
  int connections() {
    return flows.size() - lingering.size();
  }

  int lingeringCount() {
    return lingering.size();
  }

  long sendBufferedBytes() {
    return flows.values().stream().mapToLong(flow -> flow.tcp().sendBuffered()).sum();
  }

  long unconsumedBytes() {
    return flows.values().stream().mapToLong(flow -> flow.tcp().unconsumed()).sum();
  }

  Optional<Flow> find(FlowKey key) {
    return Optional.ofNullable(flows.get(key));
  }

  /** A key for a connection from {@code gateway} to a port of the guest that nobody uses now. */
  FlowKey freeKey(Ipv4Address gateway, int guestPort) {
    // There are more ports than connections and lingerers together, so this ends.
    while (true) {
      FlowKey key = new FlowKey(gateway, nextPort, guestPort);
      nextPort = nextPort == PORT_MAX ? PORT_MIN : nextPort + 1;
      if (!flows.containsKey(key)) {
        return key;
      }
    }
  }

  /** Takes a new connection in and opens it with {@code first}. */
  void start(Flow flow, TcpEvent first) {
    Flow before = flows.put(flow.key(), flow);
    if (before != null) {
      throw new IllegalStateException("two connections " + flow.key());
    }
    if (!pathUp) {
      flow.handle(new TcpEvent.PathLost());
    }
    flow.handle(first);
  }

  void transmit(Flow flow, TcpSegment segment, boolean retransmission) {
    if (retransmission) {
      metrics.retransmits.inc();
    }
    if (pathUp) {
      send(frames.tcp(flow.key().remote(), guest, segment, flow.tcp().segmentSize()));
    }
  }

  /** Sends a segment that belongs to no connection. */
  void transmitAlone(Ipv4Address from, TcpSegment segment) {
    send(frames.tcp(from, guest, segment, limits.tcp().mss()));
  }

  void send(byte[] frame) {
    if (pathUp) {
      metrics.framesToGuest.inc();
      sink.send(frame);
    }
  }

  // What flows report.

  void broken(Flow flow, TcpEffect.Cause cause) {
    switch (cause) {
      case REFUSED -> metrics.connectionsRefused.inc();
      case RESET_BY_PEER, ABORTED, TIMED_OUT -> metrics.connectionsReset.inc();
    }
    log.debug("connection {} {}", flow.key(), cause);
  }

  void failed(Flow flow, Throwable cause) {
    log.error("connection {} failed", flow.key(), cause);
  }

  void socketClosed(Flow flow) {
    lingering.add(flow);
    if (lingering.size() > limits.timeWaitMax()) {
      lingering.iterator().next().forget();
    }
  }

  void remove(Flow flow) {
    lingering.remove(flow);
    flows.remove(flow.key(), flow);
  }

  // The path to the guest.

  void pathLost() {
    pathUp = false;
    for (Flow flow : List.copyOf(flows.values())) {
      flow.handle(new TcpEvent.PathLost());
    }
  }

  void pathMoved() {
    pathUp = true;
    for (Flow flow : List.copyOf(flows.values())) {
      flow.handle(new TcpEvent.PathMoved());
    }
  }

  /**
   * The guest was started anew and knows no old connection; who waits for a first answer goes on
   * waiting.
   */
  void guestGone() {
    for (Flow flow : List.copyOf(flows.values())) {
      if (!flow.unanswered()) {
        flow.guestGone();
      }
    }
  }
}
