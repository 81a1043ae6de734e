/**
 * State transfer: how a running primary makes a new backup. {@link
 * lockstep.ft.transfer.TransferSource} decides which pages go when, and when the rest is small
 * enough for the cut; {@link lockstep.ft.transfer.TransferTarget} writes them into another machine.
 * What the cut means to the protocol is the core's business, which drives both. Pure: no clock, no
 * thread.
 */
@NullMarked
package lockstep.ft.transfer;

import org.jspecify.annotations.NullMarked;
