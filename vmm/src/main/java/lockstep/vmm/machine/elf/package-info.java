/**
 * Bare programs: {@link lockstep.vmm.machine.elf.ElfFile} reads one, {@link
 * lockstep.vmm.machine.elf.BareMachine} runs it in M-mode, and {@link
 * lockstep.vmm.machine.elf.Htif} is how it writes text and ends.
 */
@NullMarked
package lockstep.vmm.machine.elf;

import org.jspecify.annotations.NullMarked;
