/** The proxy link: Ethernet frames between a replica and the client proxy. */
@NullMarked
package lockstep.ft.link;

import org.jspecify.annotations.NullMarked;
