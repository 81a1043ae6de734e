/**
 * The commands of {@code lockstep}, a class each: the three servers ({@link
 * lockstep.tools.command.DiskServerCommand}, {@link lockstep.tools.command.VmmCommand}, {@link
 * lockstep.tools.command.ClientProxyCommand}), what {@code up} has started ({@link
 * lockstep.tools.command.UpCommand}, {@link lockstep.tools.command.StatusCommand} and their like),
 * and work on recordings ({@link lockstep.tools.command.RecordCommand}, {@link
 * lockstep.tools.command.ReplayCommand}, {@link lockstep.tools.command.DivergeCommand}). A command
 * parses its options, calls what does the work, and prints; failures that a user can mend are
 * {@link java.io.IOException}s whose text is the message.
 */
@NullMarked
package lockstep.tools.command;

import org.jspecify.annotations.NullMarked;
