/**
 * The network that the guest's NIC is plugged into.
 *
 * <p>{@link lockstep.proxy.guest.GuestNetwork} takes every frame of the guest and answers ARP and
 * ICMP echo itself; {@code DnsForwarder} hands DNS questions to the host's resolver; {@code
 * Outbound} connects where the guest's SYNs want to go, as far as {@link
 * lockstep.proxy.guest.OutboundPolicy} lets them, and never to {@link
 * lockstep.proxy.guest.OwnHosts}. A {@code Flow} is one connection: a client's (or server's) {@code
 * ClientSocket} on one side, a {@link lockstep.proxy.tcp.TcpConnection} to the guest on the other;
 * the {@code FlowTable} holds them all, within {@link lockstep.proxy.guest.ProxyLimits}.
 *
 * <p>All of it belongs to one Netty event loop: no lock, no other thread.
 */
@NullMarked
package lockstep.proxy.guest;

import org.jspecify.annotations.NullMarked;
