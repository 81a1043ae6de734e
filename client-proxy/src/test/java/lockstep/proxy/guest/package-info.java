@NullMarked
package lockstep.proxy.guest;

import org.jspecify.annotations.NullMarked;
