/**
 * {@code lockstep disk …}: the disks of a disk server, from the command line.
 *
 * <p>{@link lockstep.tools.disk.DiskCommand} lists the commands. They ask the server over HTTP
 * ({@link lockstep.tools.disk.DiskApi}) and move bytes over NBD ({@link
 * lockstep.tools.disk.NbdConnection}): {@link lockstep.tools.disk.DiskImport} and {@link
 * lockstep.tools.disk.DiskExport} know raw images themselves and hand others to {@link
 * lockstep.tools.disk.QemuImg}, unless a {@link lockstep.tools.disk.ForeignImage} names further
 * files. What is cut short leaves the old disk or file as it was.
 */
@NullMarked
package lockstep.tools.disk;

import org.jspecify.annotations.NullMarked;
