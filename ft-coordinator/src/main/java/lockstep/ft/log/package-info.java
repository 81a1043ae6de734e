/** The log: entries, payloads, their wire and file format. Imports the JDK only. */
@NullMarked
package lockstep.ft.log;

import org.jspecify.annotations.NullMarked;
