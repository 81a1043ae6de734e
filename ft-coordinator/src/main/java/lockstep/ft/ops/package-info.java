/** Metrics and health over HTTP, the same for every server. */
@NullMarked
package lockstep.ft.ops;

import org.jspecify.annotations.NullMarked;
