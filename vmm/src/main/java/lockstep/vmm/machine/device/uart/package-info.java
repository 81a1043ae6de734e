/**
 * The serial ports: {@link lockstep.vmm.machine.device.uart.Uart16550} is the console that every
 * kernel can use without a module, and carries the power button as a second port.
 */
@NullMarked
package lockstep.vmm.machine.device.uart;

import org.jspecify.annotations.NullMarked;
