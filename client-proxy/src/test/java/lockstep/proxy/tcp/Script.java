package lockstep.proxy.tcp;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import lockstep.proxy.net.Slice;
import lockstep.proxy.net.TcpOptions;
import lockstep.proxy.net.TcpSegment;

/**
 * One connection and a scripted peer. Our initial sequence number is 1000, the peer's is 5000; we
 * are port 80, the peer is port 9. Each call answers what the connection did, one effect a line.
 */
final class Script {
  static final int ISS = 1000;
  static final int IRS = 5000;
  static final long MILLI = 1_000_000;

  final BufferBudget budget = new BufferBudget(1 << 24);
  final TcpConnection connection;
  long nowNanos;

  private Script(boolean listening, TcpLimits limits) {
    connection =
        listening
            ? TcpConnection.listening(limits, budget, 80, 9, ISS)
            : TcpConnection.closed(limits, budget, 80, 9, ISS);
  }

  /** Small round numbers: segments of 100 bytes, a window of 1000, no scaling. */
  static TcpLimits limits() {
    return new TcpLimits(
        100,
        300,
        2000,
        1000,
        1000,
        10 * MILLI,
        1000 * MILLI,
        200 * MILLI,
        4000 * MILLI,
        60_000 * MILLI,
        10_000 * MILLI);
  }

  static Script closed() {
    return new Script(false, limits());
  }

  static Script closed(TcpLimits limits) {
    return new Script(false, limits);
  }

  static Script listening() {
    return new Script(true, limits());
  }

  /** After the three-way handshake that we began; the peer's window is 1000. */
  static Script established() {
    return established(1000);
  }

  static Script established(int peerWindow) {
    Script script = closed();
    String _ = script.event(new TcpEvent.Open());
    String _ = script.peer("SYN|ACK", IRS, ISS + 1, peerWindow, "", 100);
    return script;
  }

  /** After a handshake that the peer began. */
  static Script accepted() {
    Script script = listening();
    String _ = script.peer("SYN", IRS, 0, 1000, "", 100);
    String _ = script.peer("ACK", IRS + 1, ISS + 1, 1000, "");
    return script;
  }

  String event(TcpEvent event) {
    List<TcpEffect> effects = new ArrayList<>();
    connection.onEvent(event, nowNanos, effects);
    return String.join("\n", effects.stream().map(Script::text).toList());
  }

  String send(int bytes) {
    return event(new TcpEvent.Send(Slice.of(new byte[bytes])));
  }

  /** Time passes; the connection is ticked whenever its deadline comes. */
  String after(long millis) {
    long end = nowNanos + millis * MILLI;
    List<String> lines = new ArrayList<>();
    while (connection.deadlineNanos() <= end) {
      nowNanos = Math.max(nowNanos, connection.deadlineNanos());
      String line = event(new TcpEvent.Tick());
      if (!line.isEmpty()) {
        lines.add("@" + nowNanos / MILLI + " " + line.replace("\n", "; "));
      }
    }
    nowNanos = end;
    return String.join("\n", lines);
  }

  /** A segment arrives from the peer. */
  String peer(String flags, int sequence, int acknowledgment, int window, String text) {
    return arrive(flags, sequence, acknowledgment, window, text, TcpOptions.NONE);
  }

  String peer(String flags, int sequence, int acknowledgment, int window, String text, int mss) {
    TcpOptions options = TcpOptions.of(mss, OptionalInt.empty());
    return arrive(flags, sequence, acknowledgment, window, text, options);
  }

  String arrive(
      String flags, int sequence, int acknowledgment, int window, String text, TcpOptions options) {
    Slice payload = Slice.of(text.getBytes(StandardCharsets.US_ASCII));
    return event(
        new TcpEvent.SegmentArrived(
            new TcpSegment(
                9, 80, sequence, acknowledgment, flags(flags), window, options, payload)));
  }

  private static int flags(String names) {
    int flags = 0;
    for (String name : names.split("\\|")) {
      flags |=
          switch (name) {
            case "FIN" -> TcpSegment.FIN;
            case "SYN" -> TcpSegment.SYN;
            case "RST" -> TcpSegment.RST;
            case "ACK" -> TcpSegment.ACK;
            default -> throw new IllegalArgumentException(name);
          };
    }
    return flags;
  }

  private static String text(TcpEffect effect) {
    return switch (effect) {
      case TcpEffect.Transmit transmit ->
          (transmit.retransmission() ? "again " : "") + transmit.segment();
      case TcpEffect.Established _ -> "established";
      case TcpEffect.Deliver deliver ->
          "deliver " + new String(deliver.data().toArray(), StandardCharsets.US_ASCII);
      case TcpEffect.PeerClosed _ -> "peer closed";
      case TcpEffect.Finished _ -> "finished";
      case TcpEffect.Broken broken -> "broken " + broken.cause();
    };
  }
}
