@NullMarked
package lockstep.proxy.tcp;

import org.jspecify.annotations.NullMarked;
