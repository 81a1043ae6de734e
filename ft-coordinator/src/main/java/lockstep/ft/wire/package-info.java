/**
 * How messages become bytes: a {@link lockstep.ft.wire.MessageCodec} for each protocol, over {@link
 * lockstep.ft.wire.WireWriter} and {@link lockstep.ft.wire.WireReader}. Big endian throughout.
 * Imports the JDK only; the channels that carry the bytes are in {@code lockstep.ft.net}.
 */
@NullMarked
package lockstep.ft.wire;

import org.jspecify.annotations.NullMarked;
