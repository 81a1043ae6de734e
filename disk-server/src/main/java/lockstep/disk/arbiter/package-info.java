/**
 * The arbiter, served: {@link lockstep.disk.arbiter.ArbiterServer} takes requests from the network
 * one after the other, each VM's on a thread of its own, to the VM's {@link
 * lockstep.disk.vm.Fence}, where the rules decide, the state is made durable and older epochs end,
 * and only then answers.
 */
@NullMarked
package lockstep.disk.arbiter;

import org.jspecify.annotations.NullMarked;
