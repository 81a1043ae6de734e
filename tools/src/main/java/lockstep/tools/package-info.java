/**
 * The {@code lockstep} command line and what stands behind its commands.
 *
 * <p>{@link lockstep.tools.Lockstep} lists the commands and says how they report errors; {@link
 * lockstep.tools.StateOption} is the option they share. By package:
 *
 * <ul>
 *   <li>{@link lockstep.tools.command}: the commands, a class each; {@link lockstep.tools.disk} has
 *       those about disks.
 *   <li>{@link lockstep.tools.cluster}: the server processes of {@code up}, started, watched, kept.
 *   <li>{@link lockstep.tools.image}: guests made of Debian's packages.
 *   <li>{@link lockstep.tools.chaos}: faults done to the real thing, {@link lockstep.tools.redis}
 *       the client that looks on, {@link lockstep.ft.history} whether what it saw may be.
 * </ul>
 */
@NullMarked
package lockstep.tools;

import org.jspecify.annotations.NullMarked;
