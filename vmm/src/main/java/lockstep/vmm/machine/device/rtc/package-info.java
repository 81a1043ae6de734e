/** The real-time clock: wall time as told at power-on, moved on by guest time. */
@NullMarked
package lockstep.vmm.machine.device.rtc;

import org.jspecify.annotations.NullMarked;
