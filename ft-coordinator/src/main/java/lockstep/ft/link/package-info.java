/**
 * The proxy link: Ethernet frames between a replica and the client proxy. {@link
 * lockstep.ft.link.LinkMessage} lists what may be said.
 */
@NullMarked
package lockstep.ft.link;

import org.jspecify.annotations.NullMarked;
