/**
 * The instruction set, declared once.
 *
 * <p>{@link lockstep.vmm.machine.isa.InstructionTable} has a row for each 32-bit instruction: its
 * number in {@link lockstep.vmm.machine.isa.Op}, its {@link lockstep.vmm.machine.isa.Format}, the
 * bits that make it, its {@link lockstep.vmm.machine.isa.Extension}. {@link
 * lockstep.vmm.machine.isa.CompressedTable} has the 16-bit ones, each standing for a 32-bit one in
 * a {@link lockstep.vmm.machine.isa.CompressedFormat}. From the tables follow {@link
 * lockstep.vmm.machine.isa.Decoder}, which makes an {@link lockstep.vmm.machine.isa.Insn} (a {@code
 * long}) of a word, {@link lockstep.vmm.machine.isa.Disassembler}, and encoding ({@code
 * Format.encode}). A new instruction is a number, a row, and a case in {@code hart}; tests hold the
 * three together.
 */
@NullMarked
package lockstep.vmm.machine.isa;

import org.jspecify.annotations.NullMarked;
