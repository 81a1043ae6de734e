package lockstep.proxy;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import lockstep.proxy.net.FrameReader;
import lockstep.proxy.net.FrameWriter;
import lockstep.proxy.net.Ipv4Address;
import lockstep.proxy.net.MacAddress;
import lockstep.proxy.net.Packet;
import lockstep.proxy.net.Slice;
import lockstep.proxy.net.TcpSegment;
import lockstep.proxy.tcp.BufferBudget;
import lockstep.proxy.tcp.TcpConnection;
import lockstep.proxy.tcp.TcpEffect;
import lockstep.proxy.tcp.TcpEvent;
import lockstep.proxy.tcp.TcpLimits;
import lockstep.proxy.tcp.TcpResets;

/**
 * A guest with a TCP stack and a program behind each port. It outlives the replica that runs it, as
 * a replicated guest does: frames come from and go to whoever is plugged in.
 */
final class FakeGuest {
  static final Ipv4Address ADDRESS = Ipv4Address.parse("10.0.2.15");
  static final Ipv4Address GATEWAY = Ipv4Address.parse("10.0.2.2");
  static final Ipv4Address DNS = Ipv4Address.parse("10.0.2.3");
  static final String MAC = "52:54:00:12:34:56";

  /** Sends back what it gets, and closes when its peer does. */
  static final int ECHO = 7;

  /** Reads nothing at all. */
  static final int DEAF = 9;

  /** Counts what it gets until the end, then answers with the number and closes. */
  static final int COUNT = 10;

  /** Sends {@link #FLOOD_BYTES} at once, then closes. */
  static final int FLOOD = 19;

  /** Resets the connection at the first byte. */
  static final int RESETTING = 20;

  static final int FLOOD_BYTES = 24 << 20;

  private final FrameWriter frames =
      new FrameWriter(MacAddress.parse(MAC), MacAddress.parse("02:4c:53:00:00:01"), true);
  private final BufferBudget budget = new BufferBudget(1L << 30);
  private final Map<String, Connection> connections = new HashMap<>();
  private final long originNanos = System.nanoTime();
  private final List<Packet> others = new ArrayList<>();
  private Consumer<byte[]> wire = _ -> {};
  private int nextPort = 40_000;

  /** Plugs the guest into a wire. */
  synchronized void plug(Consumer<byte[]> newWire) {
    wire = newWire;
  }

  /** Frames go nowhere. */
  synchronized void unplug() {
    wire = _ -> {};
  }

  synchronized void onFrame(byte[] frame) {
    Packet packet = FrameReader.read(frame);
    if (!(packet instanceof Packet.Tcp tcp)) {
      others.add(packet);
      return;
    }
    TcpSegment segment = tcp.segment();
    String key = tcp.source() + ":" + segment.sourcePort() + ">" + segment.destinationPort();
    Connection connection = connections.get(key);
    boolean syn = segment.has(TcpSegment.SYN) && !segment.has(TcpSegment.ACK);
    if (connection == null && syn && isOpen(segment.destinationPort())) {
      connection =
          new Connection(
              tcp.source(),
              segment.destinationPort(),
              segment.destinationPort(),
              TcpConnection.listening(
                  TcpLimits.DEFAULT,
                  budget,
                  segment.destinationPort(),
                  segment.sourcePort(),
                  7777));
      connections.put(key, connection);
    }
    if (connection != null && !connection.tcp.gone()) {
      connection.handle(new TcpEvent.SegmentArrived(segment));
    } else {
      TcpResets.refusing(segment)
          .ifPresent(reset -> wire.accept(frames.tcp(ADDRESS, tcp.source(), reset, 1460)));
    }
  }

  synchronized void tick() {
    for (Connection connection : List.copyOf(connections.values())) {
      if (connection.tcp.deadlineNanos() <= nowNanos()) {
        connection.handle(new TcpEvent.Tick());
      }
    }
  }

  /** Opens a connection outwards. */
  synchronized Connection connect(Ipv4Address to, int port) {
    int from = nextPort++;
    Connection connection =
        new Connection(
            to,
            0,
            from,
            TcpConnection.closed(TcpLimits.DEFAULT, budget, from, port, initialSequence(from)));
    connections.put(to + ":" + port + ">" + from, connection);
    connection.handle(new TcpEvent.Open());
    return connection;
  }

  /** The initial sequence number of a connection outwards from {@code port}. */
  static int initialSequence(int port) {
    return 9999 * port;
  }

  /** Everything that arrived and was not TCP, and forgets it. */
  synchronized List<Packet> others() {
    List<Packet> taken = List.copyOf(others);
    others.clear();
    return taken;
  }

  synchronized void send(byte[] frame) {
    wire.accept(frame);
  }

  FrameWriter frames() {
    return frames;
  }

  /** Power off and on. */
  synchronized void reboot() {
    connections.clear();
  }

  synchronized Optional<Connection> only() {
    return connections.values().stream().findFirst();
  }

  private static boolean isOpen(int port) {
    return port == ECHO || port == DEAF || port == COUNT || port == FLOOD || port == RESETTING;
  }

  private long nowNanos() {
    return System.nanoTime() - originNanos;
  }

  /** One connection and the program behind it. */
  final class Connection {
    private final Ipv4Address remote;
    private final int port;
    private final int localPort;
    private final TcpConnection tcp;
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private Slice unsent = Slice.EMPTY;
    private Slice echo = Slice.EMPTY;
    private long count;
    private long flooded;
    private boolean established;
    private boolean peerClosed;
    private boolean closed;
    private Optional<TcpEffect.Cause> broken = Optional.empty();

    private Connection(Ipv4Address remote, int port, int localPort, TcpConnection tcp) {
      this.remote = remote;
      this.port = port;
      this.localPort = localPort;
      this.tcp = tcp;
    }

    int localPort() {
      return localPort;
    }

    Optional<TcpEffect.Cause> broken() {
      synchronized (FakeGuest.this) {
        return broken;
      }
    }

    boolean established() {
      synchronized (FakeGuest.this) {
        return established;
      }
    }

    boolean peerClosed() {
      synchronized (FakeGuest.this) {
        return peerClosed;
      }
    }

    long flooded() {
      synchronized (FakeGuest.this) {
        return flooded;
      }
    }

    byte[] received() {
      synchronized (FakeGuest.this) {
        return received.toByteArray();
      }
    }

    void write(byte[] data) {
      synchronized (FakeGuest.this) {
        unsent = Slice.of(data);
        program();
      }
    }

    void shutdown() {
      synchronized (FakeGuest.this) {
        closed = true;
        handle(new TcpEvent.Close());
      }
    }

    private void handle(TcpEvent event) {
      List<TcpEffect> effects = new ArrayList<>();
      tcp.onEvent(event, nowNanos(), effects);
      for (TcpEffect effect : effects) {
        carryOut(effect);
      }
      if (established && !tcp.gone()) {
        program();
      }
    }

    private void carryOut(TcpEffect effect) {
      switch (effect) {
        case TcpEffect.Transmit transmit ->
            wire.accept(frames.tcp(ADDRESS, remote, transmit.segment(), tcp.segmentSize()));
        case TcpEffect.Established _ -> established = true;
        case TcpEffect.Deliver deliver -> take(deliver.data());
        case TcpEffect.PeerClosed _ -> peerClosed = true;
        case TcpEffect.Finished _ -> {}
        case TcpEffect.Broken why -> broken = Optional.of(why.cause());
      }
    }

    private void take(Slice data) {
      count += data.length();
      switch (port) {
        case ECHO -> echo = joined(echo, data);
        case RESETTING -> handle(new TcpEvent.Abort());
        case 0 -> {
          received.writeBytes(data.toArray());
          handle(new TcpEvent.Consumed(data.length()));
        }
        case COUNT -> handle(new TcpEvent.Consumed(data.length()));
        default -> {}
      }
    }

    /** What the program does when there is something to do. */
    private void program() {
      if (closed) {
        return;
      }
      if (port == FLOOD && flooded < FLOOD_BYTES && unsent.length() == 0) {
        byte[] data = new byte[(int) Math.min(1 << 16, FLOOD_BYTES - flooded)];
        for (int i = 0; i < data.length; i++) {
          data[i] = content(flooded++);
        }
        unsent = Slice.of(data);
      }
      if (port == ECHO && unsent.length() == 0 && echo.length() > 0) {
        int bytes = echo.length();
        unsent = echo;
        echo = Slice.EMPTY;
        handle(new TcpEvent.Consumed(bytes));
        return;
      }
      int bytes = Math.min(tcp.sendSpace(), unsent.length());
      if (bytes > 0) {
        Slice now = unsent.part(0, bytes);
        unsent = unsent.from(bytes);
        handle(new TcpEvent.Send(now));
        return;
      }
      boolean ends =
          switch (port) {
            case ECHO -> peerClosed && echo.length() == 0 && unsent.length() == 0;
            case FLOOD -> flooded == FLOOD_BYTES && unsent.length() == 0;
            case COUNT -> peerClosed;
            default -> false;
          };
      if (ends && port == COUNT && count >= 0) {
        unsent = Slice.of(Long.toString(count).getBytes(java.nio.charset.StandardCharsets.UTF_8));
        count = Long.MIN_VALUE;
        program();
      } else if (ends) {
        closed = true;
        handle(new TcpEvent.Close());
      }
    }

    private static Slice joined(Slice a, Slice b) {
      if (a.length() == 0) {
        return b;
      }
      byte[] both = new byte[a.length() + b.length()];
      a.copyTo(both, 0);
      b.copyTo(both, a.length());
      return Slice.of(both);
    }
  }

  /** What {@link #FLOOD} sends as byte number {@code at}. */
  static byte content(long at) {
    return (byte) (at * 31 + (at >> 9));
  }
}
