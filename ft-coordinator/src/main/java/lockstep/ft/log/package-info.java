/**
 * The log: entries, payloads, their wire and file format. Imports the JDK only.
 *
 * <p>A {@link lockstep.ft.log.LogEntry} has a sequence number, a position and a {@link
 * lockstep.ft.log.Payload}: what happened there. {@link lockstep.ft.log.LogChannelMessage} is what
 * primary and backup say to each other, entries among it. A recording is a {@link
 * lockstep.ft.log.RecordingHeader} and entries, written by {@link lockstep.ft.log.RecordingWriter}
 * and read by {@link lockstep.ft.log.RecordingReader}. The codecs refuse what is not well formed.
 */
@NullMarked
package lockstep.ft.log;

import org.jspecify.annotations.NullMarked;
