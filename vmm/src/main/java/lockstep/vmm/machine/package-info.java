/**
 * The machine: hart, memory and devices as one function of its inputs and their positions. Nothing
 * here knows a clock, a thread, a socket or a random source.
 *
 * <p>Start at {@link lockstep.vmm.machine.Machine}, which is the hart, its memory and a bus under
 * the contract of {@code lockstep.ft.machine}; {@link lockstep.vmm.machine.board.Board} makes the
 * whole computer of it. What it executes is declared in {@code isa} and done in {@code hart}, with
 * {@code fp} for floating point; {@code memory} is RAM, {@code bus} how devices are reached, {@code
 * device} the devices, {@code sbi} the firmware's calls, {@code boot} what is put into RAM at
 * power-on. {@code state} visits all of it to save, restore or hash it. {@code elf} is another,
 * smaller computer: bare programs.
 */
@NullMarked
package lockstep.vmm.machine;

import org.jspecify.annotations.NullMarked;
