/**
 * Guest code compiled to JVM bytecode.
 *
 * <p><b>What it is.</b> A cache, like a TLB: nothing that the guest can see depends on what is
 * compiled, or when. The hart ({@link lockstep.vmm.machine.hart}) knows only {@link
 * lockstep.vmm.machine.hart.UnitCompiler}, which makes {@link
 * lockstep.vmm.machine.hart.CompiledUnit}s; this package implements it.
 *
 * <p><b>A unit</b> is made from a <em>region</em> of one physical page: all that can be reached
 * from its entry by branches, jumps and returns from calls without leaving the page, and has been
 * executed before, up to a number of instructions ({@link lockstep.vmm.compiler.Region}). It is a
 * hidden class with one method ({@link lockstep.vmm.compiler.UnitWriter}). Guest registers are
 * locals, loaded at entry, and written back only where they may have changed ({@link
 * lockstep.vmm.compiler.UnitCode}). The virtual address of the page is a parameter: a unit does not
 * know under which mapping, privilege or address space it runs, so it is true under all of them.
 *
 * <p><b>Being found.</b> The slot of a unit's entry among the interpreter's decoded slots holds a
 * special op with the unit's number. The interpreter stops there and the hart enters the unit; a
 * unit that leaves for another address looks there itself ({@link
 * lockstep.vmm.machine.hart.UnitContext#call}), through the fetch TLB that applies. So there is one
 * place where translations and code are found, and dropping a translation or undecoding a slot is
 * enough for the compiled code behind it never to be entered by that way again.
 *
 * <p><b>Being dropped.</b> A page with decoded slots is never in a store TLB. Whoever writes to it,
 * hart or device, tells {@code CompiledCode}, which takes away every unit made from what changes.
 * No instruction of a unit is being executed then: a store that could do that is a side exit.
 * FENCE.I and SFENCE.VMA need nothing; satp is changed by the hart, outside of compiled code, and
 * privilege between two units. A unit that waits for its callee meanwhile does not go on if
 * anything has been dropped since, or another TLB applies ({@link
 * lockstep.vmm.machine.hart.UnitContext#call}). A unit compiled in the background is installed only
 * if the page still holds what it was made from.
 *
 * <p><b>Side exits.</b> What is not simple is not called from inside but left to the hart: the unit
 * returns, with pc at that instruction and everything before it done and counted, and the hart
 * executes it with the interpreter's own operations. So are TLB misses, devices, misaligned
 * accesses, traps, and floating-point results that could raise a flag. At least one instruction is
 * then executed outside, or the same unit would be entered again for ever. An exit writes back the
 * registers that may have changed on the way to it, and only those ({@link
 * lockstep.vmm.compiler.SideExits}). CSR instructions are called, for kernels are full of them: the
 * hart's own operation between two of a unit's, which leaves behind it if an interrupt is due or
 * something that the unit relies on has changed.
 *
 * <p><b>Written for the JVM's compilers.</b> C2 does not inline a call that it has not seen taken,
 * and keeps nothing in registers across one; so what the common case needs is written out, and what
 * is called otherwise is an intrinsic. It optimises no loop with two entries: jumps that would make
 * one leave the unit ({@link lockstep.vmm.compiler.Region#successor}). A conditional jump back
 * would compute the comparison's result for the safepoint in it, so it is a jump over a jump back.
 * The TLB and the register files are read as memory is, by bytes, for an array's index would be
 * checked, and the TLB's computed twice; and that is done as C1 understands it, too ({@link
 * lockstep.vmm.compiler.HostAccess}), because what is not hot enough for C2 is most of an operating
 * system. What these compilers take for a unit is what a guest waits for while it is cold: so a
 * load calls nothing that would have to be inlined, and registers are read at the entry and behind
 * a call only where somebody needs them ({@link lockstep.vmm.compiler.Region}). Loops that copy or
 * clear memory look into the TLB once for many accesses ({@link lockstep.vmm.compiler.PageGroups}).
 * What combines sign-extended words is written as an int's operation ({@link
 * lockstep.vmm.compiler.Words}): C2 then finds rotations, and leaves extensions out. Floating-point
 * registers are doubles, or each operation would move raw bits between the host's two kinds of
 * registers; the JVM keeps every bit of those that it only moves.
 *
 * <p><b>Counting.</b> The budget is a local, lowered a block at a time, and tested where control
 * can come round again: at the entry, at loops and behind calls. Such a test asks for as many steps
 * as can be taken before the next one; with less the unit leaves, and the interpreter executes the
 * rest. So a limit is met to the step, and that is all that interrupts need: timers are a limit,
 * and nothing else becomes pending inside.
 *
 * <p><b>Calls.</b> A guest call is a call of the host, 64 deep at most. What calls itself need not
 * be looked for. When the callee is not compiled, or has a side exit, the hart is called to go on
 * from there until control returns to the caller, which then finds all guest registers in the
 * register file: so a TLB miss or a trap does not cost the callers their place, and it does not
 * matter whether it is the same thread of the guest that returns. When the hart has to do something
 * else first, all callers return at once. Jumps by register look their target up.
 *
 * <p>A system call or the return from a trap is a side exit, too, but {@link
 * lockstep.vmm.machine.hart.UnitContext} takes that step itself and looks for compiled code behind
 * it; so the callers in a process keep their place while the kernel serves it.
 *
 * <p><b>What is compiled.</b> The hart samples where the interpreter spends its steps, and counts
 * where it comes back from what compiled code can't do. The hottest goes to {@link
 * lockstep.vmm.compiler.GuestCompiler}'s thread, eight at a time at most, which also has the JVM
 * compile the method ({@link lockstep.vmm.compiler.HostWarmUp}) before the hart meets it; a {@link
 * lockstep.vmm.compiler.CompileBudget} says when there is room for more. {@link
 * lockstep.vmm.compiler.CompilerMode#EAGER} compiles at first sight, for tests.
 */
@NullMarked
package lockstep.vmm.compiler;

import org.jspecify.annotations.NullMarked;
