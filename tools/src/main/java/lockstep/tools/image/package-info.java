/**
 * The guest builder: kernel, initramfs and root disk from Debian packages, without root and without
 * emulation.
 *
 * <p>In the order in which data meets them: {@link lockstep.tools.image.GuestRecipe} says what is
 * wanted. {@link lockstep.tools.image.AptSources} finds the host's Debian mirror, {@link
 * lockstep.tools.image.PackageArchive} resolves and downloads with apt in a configuration of its
 * own, {@link lockstep.tools.image.DebFile} opens a package. {@link
 * lockstep.tools.image.KernelPackage} and {@link lockstep.tools.image.KernelModule} give kernel and
 * modules, {@link lockstep.tools.image.CpioArchive} the initramfs, {@link
 * lockstep.tools.image.RootTree} the root file system and {@link lockstep.tools.image.Ext4Image}
 * its disk. {@link lockstep.tools.image.GuestBuilder} leads through all of them; the result is a
 * directory that a {@link lockstep.tools.image.GuestDescription} describes. {@link
 * lockstep.tools.image.GuestArchive} makes one file of it and back. {@link
 * lockstep.tools.image.GuestImages} is what other packages call, and {@link
 * lockstep.tools.image.HostPrograms}, which finds a program of this host.
 *
 * <p>The scripts inside the guest are resources beside these classes.
 */
@NullMarked
package lockstep.tools.image;

import org.jspecify.annotations.NullMarked;
