package lockstep.ft.simulation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Connections as TCP gives them: bytes in order or not at all. A blocked way holds what is sent on
 * it until it is unblocked, as retransmission does; a broken connection loses what is under way.
 */
final class Net {
  static final int REPLICAS = 3;
  static final int SERVER = 3;
  static final int PROXY = 4;
  static final int HOSTS = 5;

  /** The arbiter's own address on the host {@link #SERVER}: what befalls that, befalls this too. */
  static final int ARBITER = 5;

  private static final int ADDRESSES = 6;

  private static final long DIAL_TIMEOUT = 100 * World.MILLI;

  /** One process's side of a connection. */
  interface End {
    void onMessage(Object message);

    void onClosed();
  }

  /** A process that accepts connections. */
  interface Listener {
    /** Accepts or refuses (empty) a connection for {@code purpose}. */
    Optional<End> accept(Connection connection, int fromHost, Object purpose);
  }

  private final World world;
  private final boolean[][] blocked = new boolean[ADDRESSES][ADDRESSES];
  private final long[][] extraDelay = new long[ADDRESSES][ADDRESSES];
  private final List<Connection> connections = new ArrayList<>();
  private double ghostChance;

  private final boolean vanishedTakeTheirTail;

  /**
   * @param vanishedTakeTheirTail whether a host that vanishes takes some of what it has sent with
   *     it
   */
  Net(World world, boolean vanishedTakeTheirTail) {
    this.world = world;
    this.vanishedTakeTheirTail = vanishedTakeTheirTail;
  }

  private static int hostOf(int address) {
    return address == ARBITER ? SERVER : address;
  }

  /** Between two hosts, or one and the arbiter alone. */
  void block(int from, int to, boolean block) {
    blocked[from][to] = block;
    if (from == SERVER) {
      blocked[ARBITER][to] = block;
    }
    if (to == SERVER) {
      blocked[from][ARBITER] = block;
    }
    if (!block) {
      List.copyOf(connections).forEach(Connection::flush);
    }
  }

  void delay(int from, int to, long extraNanos) {
    extraDelay[from][to] = extraNanos;
    if (from == SERVER) {
      extraDelay[ARBITER][to] = extraNanos;
    }
    if (to == SERVER) {
      extraDelay[from][ARBITER] = extraNanos;
    }
  }

  boolean anyBlocked() {
    for (boolean[] row : blocked) {
      for (boolean cell : row) {
        if (cell) {
          return true;
        }
      }
    }
    return false;
  }

  private long latency(int from, int to) {
    return world.between(30 * World.MICRO, 200 * World.MICRO)
        + (extraDelay[from][to] == 0 ? 0 : world.between(0, extraDelay[from][to]));
  }

  /** Dials; {@code done} gets the connection, whose near end is {@code end}, or nothing. */
  void dial(
      int from,
      int to,
      Optional<Listener> target,
      Object purpose,
      End end,
      Consumer<Optional<Connection>> done) {
    if (blocked[from][to] || blocked[to][from]) {
      world.after(DIAL_TIMEOUT, () -> done.accept(Optional.empty()));
      return;
    }
    world.after(
        latency(from, to) + latency(to, from),
        () -> {
          Connection connection = new Connection(from, to, end);
          Optional<End> far =
              target.isEmpty() ? Optional.empty() : target.get().accept(connection, from, purpose);
          if (far.isEmpty()) {
            done.accept(Optional.empty());
            return;
          }
          connection.far = far;
          connections.add(connection);
          if (ghostChance > 0 && world.chance(ghostChance)) {
            connection.vanish(from);
            world.after(DIAL_TIMEOUT, () -> done.accept(Optional.empty()));
          } else {
            done.accept(Optional.of(connection));
          }
        });
  }

  /** Breaks every connection between two hosts; both sides hear of it. */
  void breakBetween(int a, int b) {
    for (Connection connection : List.copyOf(connections)) {
      if (connection.isBetween(a, b)) {
        connection.break_();
      }
    }
  }

  /**
   * So often, a dial comes to nothing after it was accepted: who has accepted it hears no more from
   * it, and has a second connection when it is dialled again.
   */
  void loseDials(double chance) {
    ghostChance = chance;
  }

  /** Every connection between two hosts is lost; only who is on {@code told} hears of it. */
  void loseBetween(int told, int other) {
    for (Connection connection : List.copyOf(connections)) {
      if (connection.isBetween(told, other)) {
        connection.lose(told);
      }
    }
  }

  /** Two pipes between two processes. */
  final class Connection {
    final int nearHost;
    final int farHost;
    private final End near;
    private Optional<End> far = Optional.empty();
    private final Pipe toFar;
    private final Pipe toNear;
    private boolean broken;

    private Connection(int from, int to, End near) {
      this.nearHost = hostOf(from);
      this.farHost = hostOf(to);
      this.near = near;
      this.toFar = new Pipe(from, to);
      this.toNear = new Pipe(to, from);
    }

    private boolean isBetween(int a, int b) {
      return (isAt(toFar.from, a) && isAt(toFar.to, b))
          || (isAt(toFar.from, b) && isAt(toFar.to, a));
    }

    private static boolean isAt(int address, int wanted) {
      return address == wanted || hostOf(address) == wanted;
    }

    void sendFromNear(Object message) {
      toFar.send(() -> far.ifPresent(end -> end.onMessage(message)));
    }

    void sendFromFar(Object message) {
      toNear.send(() -> near.onMessage(message));
    }

    void closeFromNear() {
      toFar.send(() -> far.ifPresent(End::onClosed));
      toFar.closed = true;
      toNear.deaf = true;
    }

    void closeFromFar() {
      toNear.send(near::onClosed);
      toNear.closed = true;
      toFar.deaf = true;
    }

    /** The process on one side vanishes with its host: nobody tells the other side. */
    void vanish(int host) {
      Pipe outwards = host == nearHost ? toFar : toNear;
      Pipe inwards = host == nearHost ? toNear : toFar;
      outwards.closed = true;
      inwards.deaf = true;
      if (vanishedTakeTheirTail) {
        outwards.loseTail();
      }
    }

    private void lose(int told) {
      boolean tellNear = told == nearHost && !toNear.deaf && !broken;
      boolean tellFar = told == farHost && !toFar.deaf && !broken;
      vanish(nearHost);
      vanish(farHost);
      connections.remove(this);
      world.after(
          latency(0, 0),
          () -> {
            if (tellNear) {
              near.onClosed();
            }
            if (tellFar) {
              far.ifPresent(End::onClosed);
            }
          });
    }

    private void break_() {
      if (!broken) {
        broken = true;
        connections.remove(this);
        boolean tellNear = !toNear.deaf;
        boolean tellFar = !toFar.deaf;
        toNear.deaf = true;
        toFar.deaf = true;
        toNear.closed = true;
        toFar.closed = true;
        world.after(
            latency(0, 0),
            () -> {
              if (tellNear) {
                near.onClosed();
              }
              if (tellFar) {
                far.ifPresent(End::onClosed);
              }
            });
      }
    }

    private void flush() {
      toFar.flush();
      toNear.flush();
      if (toFar.closed && toNear.closed) {
        connections.remove(this);
      }
    }
  }

  private final class Pipe {
    private final int from;
    private final int to;
    private final ArrayDeque<Runnable> held = new ArrayDeque<>();
    private long lastArrival;
    private long underWay;

    /** So many of those under way arrive; the others are lost. */
    private long arriving = Long.MAX_VALUE;

    private boolean closed;
    private boolean deaf;

    Pipe(int from, int to) {
      this.from = from;
      this.to = to;
    }

    void send(Runnable delivery) {
      if (closed) {
        return;
      }
      held.addLast(delivery);
      if (!blocked[from][to]) {
        flush();
      }
    }

    void flush() {
      while (!blocked[from][to] && !held.isEmpty()) {
        Runnable delivery = held.removeFirst();
        lastArrival = Math.max(lastArrival, world.now() + latency(from, to));
        underWay++;
        world.after(
            lastArrival - world.now(),
            () -> {
              underWay--;
              if (!deaf && arriving-- > 0) {
                delivery.run();
              }
            });
      }
    }

    /** Who sends is gone: what was not acknowledged is sent again by nobody. */
    void loseTail() {
      held.clear();
      arriving = world.later.nextLong(underWay + 1);
    }
  }
}
