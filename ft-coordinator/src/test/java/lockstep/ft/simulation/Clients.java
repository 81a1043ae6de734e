package lockstep.ft.simulation;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import lockstep.ft.history.History;
import lockstep.ft.history.Operation;
import lockstep.ft.machine.Bytes;

/**
 * The clients behind the proxy. Each sets and gets registers, one request at a time, until it is
 * answered or its connection is reset. What they have seen must be linearizable: to them the guest
 * is one machine that never dies, or at worst one that comes back with all it had answered for.
 */
final class Clients {
  private static final long THINK = 20 * World.MILLI;

  /**
   * @param id counted per client
   * @param value no value is ever set twice
   */
  private record Request(
      boolean sets, int client, long id, int register, long value, long calledNanos) {
    Bytes frame() {
      return Bytes.of(
          ByteBuffer.allocate(33)
              .put(sets ? ToyMachine.SET : ToyMachine.GET)
              .putLong(client)
              .putLong(id)
              .putLong(register)
              .putLong(value)
              .array());
    }

    Operation answered(long seen, long now) {
      long actual = sets ? value : seen == 0 ? Operation.NOTHING : seen;
      return new Operation("register " + register, sets, actual, calledNanos, now);
    }
  }

  private static final class Client {
    private final int number;
    private long lastId;
    private Optional<Request> request = Optional.empty();

    Client(int number) {
      this.number = number;
    }
  }

  private final World world;
  private final Consumer<Bytes> sender;
  private final List<Client> clients = new ArrayList<>();
  private final List<Operation> operations = new ArrayList<>();
  private long replies;

  /**
   * @param sender takes a frame to the guest, or loses it
   */
  Clients(World world, Consumer<Bytes> sender) {
    this.world = world;
    this.sender = sender;
    for (int number = 0; number < ToyMachine.CLIENTS; number++) {
      Client client = new Client(number);
      clients.add(client);
      world.after(world.between(0, World.MILLI), () -> ask(client));
    }
  }

  /** How many requests have been answered. */
  long replies() {
    return replies;
  }

  private void ask(Client client) {
    long id = ++client.lastId;
    Request request =
        new Request(
            world.chance(0.5),
            client.number,
            id,
            world.random.nextInt(ToyMachine.REGISTERS),
            (client.number + 1L) << 40 | id,
            world.now());
    client.request = Optional.of(request);
    sender.accept(request.frame());
  }

  /** What is not answered goes out again. */
  void retransmit() {
    clients.forEach(client -> client.request.map(Request::frame).ifPresent(sender));
  }

  /** The guest's answer to request {@code id}; it may be one that has been answered before. */
  void answered(int number, long id, long value) {
    Client client = clients.get(number);
    Checker.require(id <= client.lastId, "request " + id + " of client " + number + " is unknown");
    if (client.request.map(request -> request.id == id).orElse(false)) {
      operations.add(client.request.get().answered(value, world.now()));
      replies++;
      askLater(client);
    }
  }

  private void askLater(Client client) {
    client.request = Optional.empty();
    world.after(world.between(1, THINK), () -> ask(client));
  }

  /** Every connection is reset: nobody will know what came of the requests under way. */
  void reset() {
    for (Client client : clients) {
      if (client.request.isPresent()) {
        addUnanswered(operations, client.request.get());
        askLater(client);
      }
    }
  }

  private static void addUnanswered(List<Operation> to, Request request) {
    if (request.sets) {
      to.add(request.answered(0, Operation.NEVER));
    }
  }

  /** What all clients have seen up to now fits registers that answer at once. */
  void checkHistory() {
    List<Operation> all = new ArrayList<>(operations);
    clients.forEach(client -> client.request.ifPresent(request -> addUnanswered(all, request)));
    History history = new History();
    all.forEach(history::add);
    history
        .notLinearizable()
        .ifPresent(
            key -> {
              throw new Checker.Violation("the clients' history is not linearizable: " + key);
            });
  }
}
