/**
 * Guest code compiled to JVM bytecode. Still empty on purpose: today the interpreter executes
 * everything.
 */
@NullMarked
package lockstep.vmm.compiler;

import org.jspecify.annotations.NullMarked;
