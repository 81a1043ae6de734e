package lockstep.proxy.net;

/**
 * The header in front of every frame (virtio 1.2, 5.1.6). Its 16-bit fields are little-endian.
 *
 * @param flags {@link #NEEDS_CSUM}, or 0
 * @param gsoType {@link #GSO_NONE} or {@link #GSO_TCPV4}
 * @param headerLength bytes of Ethernet, IP and TCP headers; a hint
 * @param gsoSize payload bytes of each segment that a large frame stands for
 * @param checksumStart where the checksummed bytes begin, from the start of the Ethernet header
 * @param checksumOffset where the checksum lies, from {@code checksumStart}
 */
public record VirtioNetHeader(
    int flags, int gsoType, int headerLength, int gsoSize, int checksumStart, int checksumOffset) {

  /** Size, with {@code num_buffers}, which is 1 here. */
  public static final int BYTES = 12;

  /** VIRTIO_NET_HDR_F_NEEDS_CSUM: the checksum field holds the pseudo header's sum only. */
  public static final int NEEDS_CSUM = 1;

  /** VIRTIO_NET_HDR_GSO_NONE. */
  public static final int GSO_NONE = 0;

  /** VIRTIO_NET_HDR_GSO_TCPV4: a large frame of TCP over IPv4. */
  public static final int GSO_TCPV4 = 1;

  /** VIRTIO_NET_HDR_GSO_ECN, a bit beside the type. */
  static final int GSO_ECN = 0x80;

  /** A frame that is whole and carries all its checksums. */
  static final VirtioNetHeader PLAIN = new VirtioNetHeader(0, GSO_NONE, 0, 0, 0, 0);

  static VirtioNetHeader read(Slice bytes) {
    return new VirtioNetHeader(
        bytes.u8(0),
        bytes.u8(1) & ~GSO_ECN,
        u16le(bytes, 2),
        u16le(bytes, 4),
        u16le(bytes, 6),
        u16le(bytes, 8));
  }

  void write(byte[] bytes) {
    Wire.put8(bytes, 0, flags);
    Wire.put8(bytes, 1, gsoType);
    put16le(bytes, 2, headerLength);
    put16le(bytes, 4, gsoSize);
    put16le(bytes, 6, checksumStart);
    put16le(bytes, 8, checksumOffset);
    put16le(bytes, 10, 1);
  }

  private static int u16le(Slice bytes, int at) {
    return bytes.u8(at) | bytes.u8(at + 1) << 8;
  }

  private static void put16le(byte[] bytes, int at, int value) {
    Wire.put8(bytes, at, value);
    Wire.put8(bytes, at + 1, value >>> 8);
  }
}
