/**
 * The protocol, simulated: the production classes of {@code lockstep.ft.core} and {@code
 * lockstep.ft.arbiter} in a world made of one seed.
 *
 * <p>{@link lockstep.ft.simulation.World} is time and chance; {@link lockstep.ft.simulation.Net}
 * connections that delay, block and break; {@link lockstep.ft.simulation.ReplicaNode} a VMM process
 * around a {@code Replica} and a {@link lockstep.ft.simulation.ToyMachine}; {@link
 * lockstep.ft.simulation.ServerNode} disk server and arbiter; {@link
 * lockstep.ft.simulation.ProxyNode} proxy and client. {@link lockstep.ft.simulation.Faults} breaks
 * things, {@link lockstep.ft.simulation.Checker} looks after every event, {@link
 * lockstep.ft.simulation.Simulation} puts it together. One seed repeats a run exactly.
 */
@NullMarked
package lockstep.ft.simulation;

import org.jspecify.annotations.NullMarked;
