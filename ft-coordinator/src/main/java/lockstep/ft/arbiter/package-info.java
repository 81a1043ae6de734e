/**
 * The arbiter: the record of who may be live, and the test-and-set rules that change it. Imports
 * the JDK only.
 */
@NullMarked
package lockstep.ft.arbiter;

import org.jspecify.annotations.NullMarked;
