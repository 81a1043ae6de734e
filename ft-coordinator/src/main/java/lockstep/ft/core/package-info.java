/** The replication protocol as a pure state machine. Imports the JDK only. */
@NullMarked
package lockstep.ft.core;

import org.jspecify.annotations.NullMarked;
