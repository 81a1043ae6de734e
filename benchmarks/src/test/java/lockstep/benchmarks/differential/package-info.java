/** Interpreter and compiler compared, as far as a test suite has time for it. */
@org.jspecify.annotations.NullMarked
package lockstep.benchmarks.differential;
