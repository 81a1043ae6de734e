/**
 * The arbiter: the record of who may be live, and the test-and-set rules that change it. Imports
 * the JDK only.
 *
 * <p>{@link lockstep.ft.arbiter.ArbiterRecord} is what all may know of a VM: epoch, who is live,
 * who its backup. {@link lockstep.ft.arbiter.ArbiterRules} is the test-and-set: a function of the
 * {@link lockstep.ft.arbiter.ArbiterState}, which also holds the last grant's nonce, and an {@link
 * lockstep.ft.arbiter.ArbiterRequest}; it gives the next state and an {@link
 * lockstep.ft.arbiter.ArbiterReply}. The disk server makes it durable.
 */
@NullMarked
package lockstep.ft.arbiter;

import org.jspecify.annotations.NullMarked;
