/**
 * The devices, a package each: the model, its registers, its state.
 *
 * <p>{@code plic} joins their interrupts. {@code uart}, {@code rtc} and {@code power} have
 * registers only; {@code virtio} is what {@code block}, {@code net}, {@code console} and {@code
 * entropy} share. Start at {@link lockstep.vmm.machine.device.rtc.GoldfishRtc}, a whole device in
 * one file, or at {@link lockstep.vmm.machine.device.virtio.VirtioDevice}. A device acts inside a
 * step or an injection only; nothing that the guest does to it may throw.
 */
@NullMarked
package lockstep.vmm.machine.device;

import org.jspecify.annotations.NullMarked;
