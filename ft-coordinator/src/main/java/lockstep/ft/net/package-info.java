/** The Netty channels that carry log channel, arbiter and proxy link. */
@NullMarked
package lockstep.ft.net;

import org.jspecify.annotations.NullMarked;
