/**
 * A Redis client of one connection that never reconnects: what the demo and the fault tests watch a
 * failover with. {@link lockstep.tools.redis.RedisConnection} says exactly what became of a
 * command.
 */
@NullMarked
package lockstep.tools.redis;

import org.jspecify.annotations.NullMarked;
