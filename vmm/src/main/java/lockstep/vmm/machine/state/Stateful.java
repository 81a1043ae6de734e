package lockstep.vmm.machine.state;

/** A component of the machine whose state can be saved, restored, hashed and printed. */
public interface Stateful {

  /** Visits every field that the guest could ever observe, and nothing that is only a cache. */
  void visit(StateVisitor state);
}
