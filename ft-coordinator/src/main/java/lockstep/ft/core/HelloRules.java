package lockstep.ft.core;

import java.util.Optional;
import lockstep.ft.log.LogChannelMessage.Hello;
import lockstep.ft.log.LogChannelMessage.HelloRefused;
import lockstep.ft.log.LogChannelMessage.HelloRole;
import lockstep.ft.log.LogChannelMessage.Refusal;

/** What two replicas must have in common; a mismatch is refused by name. */
final class HelloRules {
  private HelloRules() {}

  /**
   * Compares the other end's hello with what this replica says itself.
   *
   * @param expected the role that the other end must have
   */
  static Optional<HelloRefused> mismatch(Hello ours, Hello theirs, HelloRole expected) {
    if (theirs.protocolVersion() != ours.protocolVersion()) {
      return refused(
          Refusal.OTHER_PROTOCOL_VERSION, ours.protocolVersion(), theirs.protocolVersion());
    }
    if (theirs.machineVersion() != ours.machineVersion()) {
      return refused(Refusal.OTHER_MACHINE_VERSION, ours.machineVersion(), theirs.machineVersion());
    }
    if (!theirs.vm().equals(ours.vm())) {
      return refused(Refusal.OTHER_VM, ours.vm(), theirs.vm());
    }
    if (!theirs.definitionDigest().equals(ours.definitionDigest())) {
      return refused(Refusal.OTHER_DEFINITION, ours.definitionDigest(), theirs.definitionDigest());
    }
    if (theirs.role() != expected || theirs.replica().id().equals(ours.replica().id())) {
      return refused(Refusal.NOT_LIVE, "a hello as " + theirs.role());
    }
    return Optional.empty();
  }

  /** Two replicas that execute the same log from its beginning must begin alike. */
  static Optional<HelloRefused> startMismatch(Hello ours, Hello theirs) {
    if (theirs.startPosition() != ours.startPosition()
        || !theirs.startHash().equals(ours.startHash())) {
      return refused(
          Refusal.OTHER_START_STATE,
          ours.startPosition() + " " + ours.startHash(),
          theirs.startPosition() + " " + theirs.startHash());
    }
    return Optional.empty();
  }

  static Optional<HelloRefused> refused(Refusal reason, String detail) {
    return Optional.of(new HelloRefused(reason, detail));
  }

  private static Optional<HelloRefused> refused(Refusal reason, Object ours, Object theirs) {
    return refused(reason, "here " + ours + ", there " + theirs);
  }
}
