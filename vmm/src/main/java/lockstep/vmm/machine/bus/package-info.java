/**
 * What lies between the hart and the devices.
 *
 * <p>{@link lockstep.vmm.machine.bus.Bus} finds the {@link lockstep.vmm.machine.bus.MmioDevice} of
 * a physical address. The other way go an {@link lockstep.vmm.machine.bus.InterruptLine}, and an
 * {@link lockstep.vmm.machine.bus.OutputSink} for what leaves the machine; what enters it comes to
 * every {@link lockstep.vmm.machine.bus.InputHandler}. {@link lockstep.vmm.machine.bus.GuestClock}
 * is the time that devices may know.
 */
@NullMarked
package lockstep.vmm.machine.bus;

import org.jspecify.annotations.NullMarked;
