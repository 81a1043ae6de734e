/**
 * A whole Lockstep on one machine: what {@code lockstep up} keeps in its state directory and the
 * server processes it starts.
 *
 * <p>{@link lockstep.tools.cluster.StateDirectory} says where things lie, {@link
 * lockstep.tools.cluster.ClusterSettings} what was chosen at the first start ({@linkplain
 * lockstep.tools.cluster.FreePorts ports}, name), {@link lockstep.tools.cluster.DefinedVm} what was
 * put onto the disk server, and of which guest ({@link lockstep.tools.cluster.VmSetup} puts it).
 * {@link lockstep.tools.cluster.ServerProcess} is one server: started, found again, killed; {@link
 * lockstep.tools.cluster.ServerEnd} is how it has ended. {@link lockstep.tools.cluster.Cluster}
 * puts them together, on loopback or as a {@link lockstep.tools.cluster.ClusterNetwork} says,
 * {@link lockstep.tools.cluster.ServerHttp} asks them over HTTP; {@link
 * lockstep.tools.cluster.Lease} and {@link lockstep.tools.cluster.GuestReady} are what a start
 * waits for. {@link lockstep.tools.cluster.Keeper} starts again what dies; {@link
 * lockstep.tools.cluster.ReplicaView} is what a VMM says of itself, {@link
 * lockstep.tools.cluster.Target} a server as users name it.
 */
@NullMarked
package lockstep.tools.cluster;

import org.jspecify.annotations.NullMarked;
