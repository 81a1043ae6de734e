package lockstep.ft.arbiter;

/**
 * A replica named in the arbiter's record.
 *
 * @param logEndpoint {@code host:port} at which it accepts log channels
 * @param httpEndpoint {@code host:port} of its metrics, health and status
 */
public record Member(ReplicaId id, String logEndpoint, String httpEndpoint) {}
