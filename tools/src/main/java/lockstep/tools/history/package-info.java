/**
 * What clients did and saw, and whether one register that answers at once could have answered so.
 *
 * <p>Clients write {@link lockstep.tools.history.Operation}s into a {@link
 * lockstep.tools.history.History}; {@link lockstep.tools.history.RegisterChecker} decides for each
 * key whether they are linearizable (Herlihy and Wing, 1990).
 */
@NullMarked
package lockstep.tools.history;

import org.jspecify.annotations.NullMarked;
