/**
 * NBD, as far as the disk server and the replica both need it: the wire format and the client.
 *
 * <p>Sections refer to <em>The NBD protocol</em> (the NetworkBlockDevice project's {@code
 * doc/proto.md}). In the order in which a reader should meet them:
 *
 * <ol>
 *   <li>{@link lockstep.ft.nbd.Nbd}: the protocol's numbers and our limits.
 *   <li>{@link lockstep.ft.nbd.ExportName}: {@code vm/disk}, {@code vm/disk;epoch=7} and {@code
 *       vm/disk@snapshot}.
 *   <li>{@link lockstep.ft.nbd.ExportInfo}: what a server tells about an export, and how the disk
 *       server's <em>incarnation</em> travels in it.
 *   <li>{@link lockstep.ft.nbd.RequestHeader}: the 28 bytes that open every request.
 *   <li>{@link lockstep.ft.nbd.NbdConnection}: a connection that is attached to nothing yet, by
 *       which a server can be asked whether it is there.
 *   <li>{@link lockstep.ft.nbd.NbdClient}: an attach to an export; {@link
 *       lockstep.ft.nbd.NbdRequest}s go in, {@link lockstep.ft.nbd.NbdEvent}s come out on the I/O
 *       thread.
 *   <li>{@link lockstep.ft.nbd.RawImages}: raw image files into a disk and back, for the tools.
 * </ol>
 *
 * <p><b>Fenced.</b> A disk server says that an epoch is over in one of two ways: an attach is
 * refused with {@link lockstep.ft.nbd.Nbd#REP_ERR_SHUTDOWN}; a request is answered with the error
 * {@link lockstep.ft.nbd.Nbd#ESHUTDOWN}, and the connection ends. To a VMM it says neither for
 * anything else: a disk server that goes down only drops a VMM's connections, and gives plain
 * clients' requests that error. The client gives both as {@link lockstep.ft.nbd.NbdEvent.Fenced}.
 *
 * <p>The disk server speaks the whole protocol but the experimental extended headers and RESIZE;
 * the client here needs and knows simple replies only, and no TLS.
 */
@NullMarked
package lockstep.ft.nbd;

import org.jspecify.annotations.NullMarked;
