/**
 * The disks as NBD exports.
 *
 * <p>A connection's way: {@link lockstep.disk.nbd.NbdServer} accepts it and gives it a thread of
 * its own ({@link lockstep.disk.nbd.ConnectionLoops}); {@link lockstep.disk.nbd.ServerNegotiation}
 * answers its options ({@link lockstep.disk.nbd.OptionRequests}, {@link
 * lockstep.disk.nbd.OptionReplies}, {@link lockstep.disk.nbd.Tls}) until it attaches to an {@link
 * lockstep.disk.nbd.Export}. What they have agreed on is a {@link lockstep.disk.nbd.Session}, which
 * {@link lockstep.disk.nbd.Transmission} serves: each request is checked by {@link
 * lockstep.disk.nbd.RequestRules}, carried out by {@link lockstep.disk.nbd.Reads} or {@link
 * lockstep.disk.nbd.Changes}, and answered through {@link lockstep.disk.nbd.Replies}. What would
 * hold it up runs {@link lockstep.disk.nbd.Beside} it, on the {@link lockstep.disk.nbd.Workers}.
 * How a client behaves decides what is worth handing over: {@link lockstep.disk.nbd.PatientSelect},
 * {@link lockstep.disk.nbd.ReadPace}, {@link lockstep.disk.nbd.SyncPace}.
 *
 * <p>Memory is bounded: a long WRITE is applied in parts as it arrives, a long READ is answered in
 * parts as the client takes them, and a connection that has enough to do is not read.
 *
 * <p>Left out: the experimental extended headers, and RESIZE, which no client knows. A resized disk
 * is seen at the next attach.
 */
@NullMarked
package lockstep.disk.nbd;

import org.jspecify.annotations.NullMarked;
