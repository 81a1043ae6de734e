/** The NBD wire format that the disk server and the replica share. */
@NullMarked
package lockstep.ft.nbd;

import org.jspecify.annotations.NullMarked;
