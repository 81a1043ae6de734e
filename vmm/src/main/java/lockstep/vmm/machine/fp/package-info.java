/**
 * IEEE 754 arithmetic of the F and D extensions: exact in results, flags and all rounding modes,
 * every NaN canonical, on raw bits.
 *
 * <p>Start at {@link lockstep.vmm.machine.fp.Float32} and {@link lockstep.vmm.machine.fp.Float64}:
 * an operation each method, taking a {@link lockstep.vmm.machine.fp.RoundingMode} and raising flags
 * in {@link lockstep.vmm.machine.fp.FpStatus}. Behind them are the host's arithmetic, where its
 * error can be found, and integers: {@link lockstep.vmm.machine.fp.SoftArithmetic}, {@link
 * lockstep.vmm.machine.fp.SoftFma} and {@link lockstep.vmm.machine.fp.SoftConversion} for both
 * formats, each described by a {@link lockstep.vmm.machine.fp.Format}, rounded in {@link
 * lockstep.vmm.machine.fp.Rounding}. {@link lockstep.vmm.machine.fp.Comparison} is what compares.
 * NaN boxing is the hart's.
 */
@NullMarked
package lockstep.vmm.machine.fp;

import org.jspecify.annotations.NullMarked;
