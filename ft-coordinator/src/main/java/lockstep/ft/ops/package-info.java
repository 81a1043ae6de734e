/**
 * Metrics and health over HTTP, the same for every server: {@link lockstep.ft.ops.OpsServer} serves
 * {@code /metrics} for Prometheus, {@code /healthz}, and whatever routes its server adds.
 */
@NullMarked
package lockstep.ft.ops;

import org.jspecify.annotations.NullMarked;
