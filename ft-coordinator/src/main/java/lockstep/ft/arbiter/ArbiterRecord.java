package lockstep.ft.arbiter;

import java.util.Optional;

/**
 * The arbiter's durable record of one VM. Each change raises the epoch by one.
 *
 * @param vm name of the VM
 * @param epoch 0 before anybody was live
 * @param live who may release outputs; empty before the first start and after a resignation
 * @param backup who may claim beside it; empty while the live replica is alone
 * @param guestGeneration how many times the guest was started anew; a failover keeps it
 */
public record ArbiterRecord(
    String vm, long epoch, Optional<Member> live, Optional<Member> backup, long guestGeneration) {

  /** The record of a VM that nobody has ever run. */
  public static ArbiterRecord vacant(String vm) {
    return new ArbiterRecord(vm, 0, Optional.empty(), Optional.empty(), 0);
  }
}
