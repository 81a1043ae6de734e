/**
 * State transfer: how a running primary makes a new backup. Still empty on purpose: today a backup
 * joins before its guest starts.
 */
@NullMarked
package lockstep.ft.transfer;

import org.jspecify.annotations.NullMarked;
