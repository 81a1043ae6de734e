/**
 * The network between the servers of a storm, and how it fails.
 *
 * <p>A {@link lockstep.tools.chaos.network.StormNetwork} says where the servers run, and has the
 * {@link lockstep.tools.chaos.network.Wires} of each VMM; a {@link
 * lockstep.tools.chaos.network.Wire} can be cut, held, and held one way, and so can all wires of a
 * VMM at once. There are two:
 *
 * <ul>
 *   <li>{@code NamespaceNetwork}, where this process may make network namespaces: each server is in
 *       one, and a {@code LossyWire} loses packets in the kernel. {@code NamespacePlan} has names,
 *       addresses and command lines, {@code Subnet} the choice of addresses that nobody else uses,
 *       {@code NetworkPrograms} runs the programs of the host that do it.
 *   <li>{@code RelayNetwork}, everywhere else: all servers are on loopback, with a {@link
 *       lockstep.tools.chaos.network.Relay} for each wire, which passes bytes on or keeps them
 *       ({@code WireBundle}: for several).
 * </ul>
 */
@NullMarked
package lockstep.tools.chaos.network;

import org.jspecify.annotations.NullMarked;
