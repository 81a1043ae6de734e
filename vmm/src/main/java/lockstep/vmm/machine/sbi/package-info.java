/**
 * The supervisor binary interface (RISC-V SBI 2.0), built into the machine in place of firmware.
 *
 * <p>{@link lockstep.vmm.machine.sbi.Sbi} takes a call and finds its extension; each extension is a
 * class: BASE, TIME, IPI, RFENCE, HSM, SRST, DBCN, and of the legacy ones those that still serve
 * (timer, console, shutdown). {@link lockstep.vmm.machine.sbi.SbiError} has the errors. No
 * extension holds state: what a call changes is state of the hart, the console or the machine.
 */
@NullMarked
package lockstep.vmm.machine.sbi;

import org.jspecify.annotations.NullMarked;
