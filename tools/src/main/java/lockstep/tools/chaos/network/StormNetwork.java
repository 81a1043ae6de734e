package lockstep.tools.chaos.network;

import java.io.IOException;
import java.util.Locale;
import lockstep.tools.cluster.ClusterNetwork;
import lockstep.tools.cluster.ClusterSettings;
import lockstep.tools.image.HostLacksException;

/** The network of a storm's servers: where they run, and the wires between them. */
public interface StormNetwork extends AutoCloseable {

  /** How wires are made. */
  enum Kind {
    /** Network namespaces where this process may make them, relays elsewhere. */
    AUTO,
    /** Each server is in a network namespace of its own; the kernel loses what is held. */
    NAMESPACES,
    /** All servers are on loopback; relays between them keep back what is held. */
    RELAYS;

    /** As written on the command line. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Makes one for the servers of a cluster.
   *
   * @throws HostLacksException if only namespaces will do, and they can't be made here
   */
  static StormNetwork make(Kind kind, ClusterSettings settings)
      throws IOException, HostLacksException {
    return make(kind, settings, NamespaceNetwork::make);
  }

  /** Makes the network that has namespaces. */
  interface Maker {
    StormNetwork make(ClusterSettings settings) throws IOException, HostLacksException;
  }

  /**
   * As above.
   *
   * @param namespaces makes the network that has namespaces
   */
  static StormNetwork make(Kind kind, ClusterSettings settings, Maker namespaces)
      throws IOException, HostLacksException {
    return switch (kind) {
      case NAMESPACES -> namespaces.make(settings);
      case RELAYS -> new RelayNetwork(settings, "relays");
      case AUTO -> {
        try {
          yield namespaces.make(settings);
        } catch (HostLacksException e) {
          yield new RelayNetwork(settings, "relays; no network namespaces: " + e.getMessage());
        }
      }
    };
  }

  /** Where the servers run, and how they reach each other. */
  ClusterNetwork cluster();

  /** The wires of VMM {@code index}. */
  Wires wires(int index);

  /**
   * All wires at once between VMM {@code index} and the other servers, its log channels with the
   * other VMMs included, whoever has dialled.
   */
  Wire allWires(int index);

  /** The wire by which the proxy reaches the arbiter. */
  Wire proxyToArbiter();

  /** Lets everything pass again, everywhere. */
  void mend() throws IOException;

  /** What it is, for the storm's report. */
  String text();

  /** Removes what was made for it; the servers must have ended. */
  @Override
  void close() throws IOException;
}
