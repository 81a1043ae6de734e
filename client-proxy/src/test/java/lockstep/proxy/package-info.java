@NullMarked
package lockstep.proxy;

import org.jspecify.annotations.NullMarked;
