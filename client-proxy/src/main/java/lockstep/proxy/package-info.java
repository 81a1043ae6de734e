/**
 * The guest's network: TCP to clients on one side, Ethernet frames to the live replica on the
 * other.
 *
 * <p>{@link lockstep.proxy.ClientProxy} puts the parts together, in the order in which a guest's
 * frame meets them: {@code lockstep.proxy.failover} (which replica is live, and its connection),
 * {@code lockstep.proxy.net} (the bytes), {@code lockstep.proxy.guest} (the network the guest
 * sees), {@code lockstep.proxy.tcp} (TCP to the guest, sans-IO), {@code lockstep.proxy.publish}
 * (the ports that clients connect to).
 *
 * <p>The proxy's death costs the clients their connections: its TCP state is nowhere else. The
 * guest's service and data are not touched.
 */
@NullMarked
package lockstep.proxy;

import org.jspecify.annotations.NullMarked;
