package lockstep.ft.link;

import lockstep.ft.arbiter.ReplicaId;
import lockstep.ft.machine.Bytes;

/**
 * What travels between a replica and the client proxy. The replica dials the proxy, in every role,
 * so that the way is open and probed before it is needed.
 */
public sealed interface LinkMessage {

  /** Version of the messages themselves. */
  int PROTOCOL_VERSION = 1;

  /** First message of each side. The proxy answers with its own, {@code replica} as received. */
  record Hello(
      int protocolVersion,
      String vm,
      ReplicaId replica,
      int machineVersion,
      String definitionDigest)
      implements LinkMessage {}

  /** The hello was refused; the connection ends. Names what did not match. */
  record Refused(String reason) implements LinkMessage {}

  /**
   * This replica is live at {@code epoch}: frames go to it from now on, and frames of lower epochs
   * are refused.
   *
   * @param guestGeneration changes when the guest was started anew: old connections are then reset
   */
  record Live(long epoch, long guestGeneration) implements LinkMessage {}

  /** A frame, either way: virtio_net_hdr of 12 bytes, then Ethernet. */
  record Frame(Bytes frame) implements LinkMessage {}

  /** Asks for a {@link Pong} with the same number; either side may ask, on an idle link too. */
  record Ping(long number) implements LinkMessage {}

  record Pong(long number) implements LinkMessage {}
}
