package lockstep.ft.arbiter;

import java.util.Optional;

/**
 * What a replica or a proxy asks of the arbiter. Each names its VM. The first message of a
 * connection is a {@link Hello}.
 */
public sealed interface ArbiterRequest {

  /** Version of the requests and replies themselves. */
  int PROTOCOL_VERSION = 4;

  String vm();

  /** The first message of a connection; answered in kind, or refused and the connection ended. */
  record Hello(String vm, int protocolVersion) implements ArbiterRequest {
    public Hello(String vm) {
      this(vm, PROTOCOL_VERSION);
    }
  }

  /** Sends the record now and after each of its changes, on this connection. */
  record Watch(String vm) implements ArbiterRequest {}

  /**
   * Start the guest anew: granted if nobody is recorded live, or if the live replica's lease has
   * run out while the arbiter was up. {@code epoch} is the one that the claimant has seen.
   */
  record Start(String vm, Member claimant, long epoch, long nonce) implements ArbiterRequest {}

  /**
   * Go live (asked by the recorded backup) or go on alone, which dismisses the backup (asked by the
   * recorded live replica): the test-and-set. {@code epoch} is the one at which the claimant was
   * enlisted or granted.
   */
  record Claim(String vm, Member claimant, long epoch, long nonce) implements ArbiterRequest {}

  /**
   * The two members switch their roles, asked by the recorded backup, to which the live replica has
   * handed its role over. {@code epoch} is the one at which the claimant was enlisted.
   */
  record TakeOver(String vm, Member claimant, long epoch, long nonce) implements ArbiterRequest {}

  /** The live replica makes {@code backup} its backup. */
  record Enlist(String vm, ReplicaId live, long epoch, Member backup, long nonce)
      implements ArbiterRequest {}

  /** The live replica extends its lease; changes no epoch. */
  record Renew(String vm, ReplicaId live, long epoch, long sequence) implements ArbiterRequest {}

  /** The live replica's guest has ended on purpose: nobody is live any more. */
  record Resign(String vm, ReplicaId live, long epoch, long nonce) implements ArbiterRequest {}

  /** Why a connection whose first message is {@code this} is refused, if it is. */
  default Optional<ArbiterReply.HelloRefused> refusedAsFirst() {
    if (!(this instanceof Hello hello)) {
      return Optional.of(
          new ArbiterReply.HelloRefused(PROTOCOL_VERSION, "the first message is no hello"));
    }
    return hello.protocolVersion() == PROTOCOL_VERSION
        ? Optional.empty()
        : Optional.of(
            new ArbiterReply.HelloRefused(
                PROTOCOL_VERSION,
                "another version of the arbiter's protocol: here "
                    + PROTOCOL_VERSION
                    + ", there "
                    + hello.protocolVersion()));
  }
}
