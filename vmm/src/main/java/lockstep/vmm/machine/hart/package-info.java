/**
 * The hart: registers, CSRs, traps, address translation, the interpreter.
 *
 * <p>Start at {@link lockstep.vmm.machine.hart.Hart}: its {@code run} takes interrupts and drives
 * the hot loop of {@link lockstep.vmm.machine.hart.Interpreter}, and executes what the loop leaves
 * to it. By what they do:
 *
 * <ul>
 *   <li>State: {@link lockstep.vmm.machine.hart.HartState} is all that a hart is. {@link
 *       lockstep.vmm.machine.hart.Status}, {@link lockstep.vmm.machine.hart.Csr}, {@link
 *       lockstep.vmm.machine.hart.Cause}, {@link lockstep.vmm.machine.hart.Privilege} and {@link
 *       lockstep.vmm.machine.hart.Interrupts} name what the specification numbers; {@link
 *       lockstep.vmm.machine.hart.GuestTime} is the position and the time that follows from it.
 *   <li>Instructions beside the loop: {@link lockstep.vmm.machine.hart.SystemUnit} and {@link
 *       lockstep.vmm.machine.hart.CsrFile}, {@link lockstep.vmm.machine.hart.AtomicUnit}, {@link
 *       lockstep.vmm.machine.hart.FloatUnit}, {@link lockstep.vmm.machine.hart.MemoryUnit}, {@link
 *       lockstep.vmm.machine.hart.BitManipulation}; {@link lockstep.vmm.machine.hart.Alu} and
 *       {@link lockstep.vmm.machine.hart.HostFloat} serve the loop too. {@link
 *       lockstep.vmm.machine.hart.TrapUnit} takes traps and returns from them, {@link
 *       lockstep.vmm.machine.hart.Timers} and {@link lockstep.vmm.machine.hart.Clint} make the
 *       timer interrupts, {@link lockstep.vmm.machine.hart.SbiFirmware} answers a supervisor's
 *       ecalls.
 *   <li>Translation: {@link lockstep.vmm.machine.hart.PageWalker} says what is true, {@link
 *       lockstep.vmm.machine.hart.Pmp} what is permitted. {@link lockstep.vmm.machine.hart.Mmu}
 *       keeps what was derived from that in an {@link lockstep.vmm.machine.hart.AddressSpace} for
 *       each satp, with a {@link lockstep.vmm.machine.hart.DataTlb} for each view and a {@link
 *       lockstep.vmm.machine.hart.FetchTlb} for each privilege.
 *   <li>Decoded code: {@link lockstep.vmm.machine.hart.CodePages} holds slots, whose forms beside
 *       the instructions are in {@link lockstep.vmm.machine.hart.SlotOp}; {@link
 *       lockstep.vmm.machine.hart.MemoryOps} and {@link lockstep.vmm.machine.hart.OutOfLine} are
 *       the loop's loads and stores, and what it has out of its way.
 *   <li>Compiled code: {@link lockstep.vmm.machine.hart.CompiledCode} holds the {@link
 *       lockstep.vmm.machine.hart.CompiledUnit}s that a {@link
 *       lockstep.vmm.machine.hart.UnitCompiler} has made, which see the hart as a {@link
 *       lockstep.vmm.machine.hart.UnitContext}. {@link lockstep.vmm.machine.hart.Sampler} and
 *       {@link lockstep.vmm.machine.hart.EntryHeat} find what is worth it, {@link
 *       lockstep.vmm.machine.hart.CodeEpoch} tells a unit that others have gone meanwhile.
 * </ul>
 *
 * <p>TLBs and slots are only caches, and nothing that is only a cache may be observed: {@link
 * lockstep.vmm.machine.hart.TableUses} knows which translations came from a page, {@link
 * lockstep.vmm.machine.hart.DirectStores} which entries write to it past the checks, and a store to
 * it, by whomever, drops them first ({@link lockstep.vmm.machine.memory.PageObserver}). Neither is
 * part of the state.
 */
@NullMarked
package lockstep.vmm.machine.hart;

import org.jspecify.annotations.NullMarked;
