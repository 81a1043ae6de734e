/**
 * What an exchange of roles costs: {@link lockstep.benchmarks.exchange.SwitchBench} has primary and
 * backup exchange their roles again and again under load, and prints for how long the guest stood
 * still and for how long clients waited.
 */
@NullMarked
package lockstep.benchmarks.exchange;

import org.jspecify.annotations.NullMarked;
