/**
 * The protocol, simulated: the production classes of {@code lockstep.ft.core} and {@code
 * lockstep.ft.arbiter} in a world made of one seed.
 *
 * <p>{@link lockstep.ft.simulation.World} is time and chance; {@link lockstep.ft.simulation.Net}
 * connections that delay, block and break; {@link lockstep.ft.simulation.ReplicaNode} a VMM process
 * around a {@code Replica} and a {@link lockstep.ft.simulation.ToyMachine}; {@link
 * lockstep.ft.simulation.ServerNode} disk server and arbiter; {@link
 * lockstep.ft.simulation.ProxyNode} the proxy, and {@link lockstep.ft.simulation.Clients} who is
 * behind it. {@link lockstep.ft.simulation.Faults} breaks things, {@link
 * lockstep.ft.simulation.Checker} looks after every event, and what the clients have seen in all
 * must be linearizable. {@link lockstep.ft.simulation.Simulation} puts it together, {@link
 * lockstep.ft.simulation.RandomRun} is one seed, which repeats a run exactly.
 */
@NullMarked
package lockstep.ft.simulation;

import org.jspecify.annotations.NullMarked;
