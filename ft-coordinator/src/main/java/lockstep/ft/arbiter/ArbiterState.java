package lockstep.ft.arbiter;

import java.util.Optional;

/**
 * What the arbiter keeps durably of one VM; written and synced before the answer that it makes.
 *
 * @param lastGrant whose request made the record; empty before the first
 */
public record ArbiterState(ArbiterRecord record, Optional<Grant> lastGrant) {

  /** The request that was granted last: repeated, it gets the same answer. */
  public record Grant(ReplicaId claimant, long nonce) {}

  /** Of a VM that nobody has ever run. */
  public static ArbiterState vacant(String vm) {
    return new ArbiterState(ArbiterRecord.vacant(vm), Optional.empty());
  }
}
