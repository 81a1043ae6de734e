@NullMarked
package lockstep.proxy.net;

import org.jspecify.annotations.NullMarked;
