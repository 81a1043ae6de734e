/**
 * The bytes of the guest's network, parsed once at the boundary.
 *
 * <p>In the order in which a frame meets them: {@link lockstep.proxy.net.FrameReader} takes a frame
 * apart, layer by layer ({@link lockstep.proxy.net.VirtioNetHeader}, Ethernet, ARP, {@link
 * lockstep.proxy.net.Ipv4Header}, ICMP, UDP, {@link lockstep.proxy.net.TcpSegment}), and answers
 * with a {@link lockstep.proxy.net.Packet} that can only be valid, or with the reason why it was
 * dropped; it never throws, whatever the guest sent. {@link lockstep.proxy.net.FrameWriter} goes
 * the other way. {@link lockstep.proxy.net.Checksum} is the Internet checksum.
 *
 * <p>Imports the JDK only.
 */
@NullMarked
package lockstep.proxy.net;

import org.jspecify.annotations.NullMarked;
