/**
 * The machine as the protocol sees it: {@code state after = f(state before, inputs with their
 * positions)}.
 *
 * <p>{@link lockstep.ft.machine.DeterministicMachine} is the port, with {@link
 * lockstep.ft.machine.PagedMemory} for state transfer and {@link lockstep.ft.machine.StateHistory}
 * for explaining how two machines came to differ. {@link lockstep.ft.machine.Input} is everything
 * that can enter a machine from outside, {@link lockstep.ft.machine.Output} everything that can
 * leave it. The RISC-V machine of the {@code vmm} module implements the port, and so does the toy
 * machine of the simulator. Imports the JDK only.
 */
@NullMarked
package lockstep.ft.machine;

import org.jspecify.annotations.NullMarked;
