@NullMarked
package lockstep.proxy.failover;

import org.jspecify.annotations.NullMarked;
