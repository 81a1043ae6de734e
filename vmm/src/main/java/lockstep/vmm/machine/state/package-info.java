/**
 * State as an explicit tree: a component ({@link lockstep.vmm.machine.state.Stateful}) visits its
 * fields once, in one order, and the visitor decides what that means.
 *
 * <p>{@link lockstep.vmm.machine.state.StateVisitor} is the contract; {@link
 * lockstep.vmm.machine.state.SavingVisitor} and {@link lockstep.vmm.machine.state.RestoringVisitor}
 * write and read a saved state, {@link lockstep.vmm.machine.state.HashingVisitor} hashes it, {@link
 * lockstep.vmm.machine.state.PrintingVisitor} shows it to people. What can't be a state is refused
 * with {@link lockstep.vmm.machine.state.StateException}.
 */
@NullMarked
package lockstep.vmm.machine.state;

import org.jspecify.annotations.NullMarked;
