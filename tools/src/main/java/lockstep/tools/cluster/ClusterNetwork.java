package lockstep.tools.cluster;

import java.util.List;
import java.util.function.Function;
import java.util.function.IntFunction;

/**
 * Where the servers of a cluster run, and how they reach each other. Usually all of them are on
 * loopback and nothing lies between them; who does faults to them arranges it otherwise.
 *
 * @param places of each server, by its process's name
 * @param ways of each VMM, by its index
 * @param proxyArbiterPort where the client proxy reaches the arbiter
 */
public record ClusterNetwork(
    Function<String, Place> places, IntFunction<Ways> ways, int proxyArbiterPort) {

  /**
   * Where a server runs.
   *
   * @param host the address that it listens on, at which this process and the other servers reach
   *     it
   * @param enter what a command begins with that is to run there; empty for right here
   */
  public record Place(String host, List<String> enter) {
    /** Beside this process. */
    public static final Place LOOPBACK = new Place("127.0.0.1", List.of());

    public Place {
      enter = List.copyOf(enter);
    }
  }

  /** The ports at which one VMM reaches the other servers, and at which the other VMMs reach it. */
  public record Ways(int nbdPort, int arbiterPort, int proxyPort, int logPort) {
    /** Those of VMM {@code index} where nothing lies between the servers. */
    public static Ways direct(ClusterSettings settings, int index) {
      return new Ways(
          settings.nbdPort(),
          settings.arbiterPort(),
          settings.linkPort(),
          settings.replicas().get(index).logPort());
    }
  }

  /** All of them on loopback, and nothing between them. */
  public static ClusterNetwork loopback(ClusterSettings settings) {
    return direct(settings, _ -> Place.LOOPBACK);
  }

  /** Each at its place, and nothing between them. */
  public static ClusterNetwork direct(ClusterSettings settings, Function<String, Place> places) {
    return new ClusterNetwork(
        places, index -> Ways.direct(settings, index), settings.arbiterPort());
  }
}
