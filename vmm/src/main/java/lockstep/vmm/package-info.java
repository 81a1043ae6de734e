/**
 * The VMM: a deterministic RISC-V machine, and the replica that drives it under the protocol.
 *
 * <p>{@code lockstep.vmm.machine} and everything below it is the machine: it imports nothing but
 * the JDK and {@code lockstep.ft.machine}, and no clock, thread, socket or random source. {@code
 * lockstep.vmm.replica} is the process around it: the guest's thread, the links to arbiter, disk
 * server, proxy and peer. {@code lockstep.vmm.compiler} makes JVM bytecode of guest code: a cache,
 * of which no guest can see anything.
 */
@NullMarked
package lockstep.vmm;

import org.jspecify.annotations.NullMarked;
