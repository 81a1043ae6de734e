/**
 * Follows the live replica.
 *
 * <p>{@link lockstep.proxy.failover.LiveFollower} is the rule, a pure state machine: it hears what
 * replicas say of themselves and what the arbiter says of them, and knows whose frames count. The
 * {@link lockstep.proxy.failover.ReplicaLinks} accept replicas, ask the rule, and carry frames;
 * {@link lockstep.proxy.failover.ArbiterWatch} listens to the arbiter. The epoch fences: what is
 * older than the highest epoch ever heard of is refused, and the proxy never goes back.
 */
@NullMarked
package lockstep.proxy.failover;

import org.jspecify.annotations.NullMarked;
