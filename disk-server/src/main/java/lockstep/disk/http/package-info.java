/**
 * What the disk server keeps for tools and VMMs, over HTTP beside {@code /metrics} and {@code
 * /healthz}:
 *
 * <ul>
 *   <li>{@code GET /vms}: the names, as JSON; {@code GET}, {@code PUT /vms/NAME}: a definition as
 *       JSON; PUT makes the disks.
 *   <li>{@code GET}, {@code HEAD}, {@code PUT /blobs/HEX}: kernels and initramfs by their SHA-256.
 *       PUT verifies it; who GETs verifies it too.
 *   <li>{@code GET /disks}: every disk with its size, space, snapshots, users and statistics;
 *       {@code GET}, {@code PUT ?size=BYTES}, {@code PUT ?from=VM/DISK[@SNAPSHOT]}, {@code POST
 *       ?size=BYTES}, {@code POST ?rename=VM/DISK}, {@code POST ?replace-by=VM/DISK}, {@code DELETE
 *       /disks/VM/DISK}; {@code PUT} (take), {@code POST} (roll back), {@code DELETE
 *       /disks/VM/DISK/snapshots/NAME}.
 *   <li>{@code POST /checkpoints/NAME}: copies the whole store beside.
 *   <li>{@code GET /status}: exports, who holds them, epochs, incarnation, as JSON.
 * </ul>
 */
@NullMarked
package lockstep.disk.http;

import org.jspecify.annotations.NullMarked;
