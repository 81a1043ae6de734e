/** The import rules of the whole, held by tests. */
@NullMarked
package lockstep.tools.rules;

import org.jspecify.annotations.NullMarked;
