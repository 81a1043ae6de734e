/**
 * The {@code lockstep} command line and what stands behind its commands.
 *
 * <p>{@link lockstep.tools.Lockstep} lists the commands and says how they report errors; {@link
 * lockstep.tools.StateOption} is the option they share. {@code lockstep.tools.cluster} starts and
 * watches server processes, {@link lockstep.tools.image} builds guests, {@code
 * lockstep.tools.redis} is a client for demonstrations.
 */
@NullMarked
package lockstep.tools;

import org.jspecify.annotations.NullMarked;
