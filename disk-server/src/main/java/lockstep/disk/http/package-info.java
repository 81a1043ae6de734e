/**
 * What the disk server keeps for tools and VMMs, over HTTP beside {@code /metrics} and {@code
 * /healthz}:
 *
 * <ul>
 *   <li>{@code GET /vms}: the names, as JSON; {@code GET}, {@code PUT /vms/NAME}: a definition as
 *       JSON; PUT makes the disks.
 *   <li>{@code GET}, {@code HEAD}, {@code PUT /blobs/HEX}: kernels and initramfs by their SHA-256.
 *       PUT verifies it; who GETs verifies it too.
 *   <li>{@code GET /status}: exports, who holds them, epochs, incarnation, as JSON.
 * </ul>
 */
@NullMarked
package lockstep.disk.http;

import org.jspecify.annotations.NullMarked;
