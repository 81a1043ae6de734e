/**
 * The console: {@link lockstep.vmm.machine.device.console.ConsoleStream} joins what the guest
 * writes into outputs, {@link lockstep.vmm.machine.device.console.ByteQueue} bounds what is typed,
 * and {@link lockstep.vmm.machine.device.console.VirtioConsole} is the paravirtual port (virtio
 * 1.2, 5.3).
 */
@NullMarked
package lockstep.vmm.machine.device.console;

import org.jspecify.annotations.NullMarked;
