/**
 * What clients did and saw, and whether one register that answers at once could have answered so.
 *
 * <p>Clients write {@link lockstep.ft.history.Operation}s into a {@link
 * lockstep.ft.history.History}; {@link lockstep.ft.history.RegisterChecker} decides for each key
 * whether they are linearizable (Herlihy and Wing, 1990).
 */
@NullMarked
package lockstep.ft.history;

import org.jspecify.annotations.NullMarked;
