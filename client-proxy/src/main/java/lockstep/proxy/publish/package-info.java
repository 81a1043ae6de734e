/**
 * The ports that the guest publishes: {@link lockstep.proxy.publish.PublishedPorts} listens on the
 * proxy's host and hands each client to the {@link lockstep.proxy.guest.GuestNetwork}, which
 * connects it to the guest. A port that is closed in the guest resets the client, as truly as a
 * program can that learns of a client only once its own kernel has accepted it.
 */
@NullMarked
package lockstep.proxy.publish;

import org.jspecify.annotations.NullMarked;
