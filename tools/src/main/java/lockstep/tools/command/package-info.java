/**
 * The commands of {@code lockstep}, a class each. A command parses its options, calls what does the
 * work, and prints; failures that a user can mend are {@link java.io.IOException}s whose text is
 * the message.
 */
@NullMarked
package lockstep.tools.command;

import org.jspecify.annotations.NullMarked;
