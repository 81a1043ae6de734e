/**
 * What a switch of roles costs: {@link lockstep.benchmarks.switching.SwitchBench} has primary and
 * backup switch their roles again and again under load, and prints for how long the guest stood
 * still and for how long clients waited.
 */
@NullMarked
package lockstep.benchmarks.switching;

import org.jspecify.annotations.NullMarked;
