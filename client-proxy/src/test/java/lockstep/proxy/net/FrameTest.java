package lockstep.proxy.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.OptionalInt;
import java.util.Random;
import lockstep.proxy.net.Packet.Dropped;
import lockstep.proxy.net.Packet.Reason;
import org.junit.jupiter.api.Test;

final class FrameTest {
  private static final MacAddress PROXY = MacAddress.parse("02:4c:53:00:00:01");
  private static final MacAddress GUEST = MacAddress.parse("52:54:00:12:34:56");
  private static final Ipv4Address HERE = Ipv4Address.parse("10.0.2.2");
  private static final Ipv4Address THERE = Ipv4Address.parse("10.0.2.15");
  private static final FrameWriter LARGE = new FrameWriter(PROXY, GUEST, true);
  private static final FrameWriter PLAIN = new FrameWriter(PROXY, GUEST, false);

  private static TcpSegment segment(int bytes) {
    byte[] payload = new byte[bytes];
    new Random(bytes).nextBytes(payload);
    return new TcpSegment(
        80,
        40000,
        -5,
        7,
        TcpSegment.ACK | TcpSegment.PSH,
        999,
        TcpOptions.of(1460, OptionalInt.of(5)),
        Slice.of(payload));
  }

  @Test
  void theChecksumIsTheOneOfRfc1071_section3() {
    byte[] bytes = HexFormat.of().parseHex("0001f203f4f5f6f7");
    assertEquals(0xddf2, Checksum.fold(Checksum.sum(0, bytes, 0, bytes.length)));
    assertEquals(0x220d, Checksum.complement(Checksum.sum(0, bytes, 0, bytes.length)));
    assertEquals(0xddf2 - 0xf7, Checksum.fold(Checksum.sum(0, bytes, 0, bytes.length - 1)));
  }

  @Test
  void aPlainSegmentComesBackAsItWas() {
    byte[] frame = PLAIN.tcp(HERE, THERE, segment(1001), 1460);
    Packet.Tcp tcp = assertInstanceOf(Packet.Tcp.class, FrameReader.read(frame));
    assertEquals(segment(1001), tcp.segment());
    assertEquals(HERE, tcp.source());
    assertEquals(THERE, tcp.destination());
  }

  @Test
  void aLargeSegmentNamesItsSegmentSizeAndLeavesTheChecksumPartial() {
    byte[] frame = LARGE.tcp(HERE, THERE, segment(60_000), 1460);
    VirtioNetHeader header = VirtioNetHeader.read(Slice.of(frame));
    assertEquals(
        new VirtioNetHeader(
            VirtioNetHeader.NEEDS_CSUM, VirtioNetHeader.GSO_TCPV4, 14 + 20 + 28, 1460, 34, 16),
        header);
    Packet.Tcp tcp = assertInstanceOf(Packet.Tcp.class, FrameReader.read(frame));
    assertEquals(segment(60_000), tcp.segment());
  }

  @Test
  void completingAPartialChecksumGivesTheFullOne() {
    byte[] partial = LARGE.tcp(HERE, THERE, segment(333), 1460);
    byte[] full = PLAIN.tcp(HERE, THERE, segment(333), 1460);
    int start = VirtioNetHeader.BYTES + 34;
    // What a device does for NEEDS_CSUM: sum everything from csum_start, pseudo header included.
    int sum = Checksum.complement(Checksum.sum(0, partial, start, partial.length - start));
    Wire.put16(partial, start + 16, sum);
    assertEquals(
        HexFormat.of().formatHex(full, 12, full.length),
        HexFormat.of().formatHex(partial, 12, partial.length));
  }

  @Test
  void aLargeSegmentWithoutOffloadIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> PLAIN.tcp(HERE, THERE, segment(2000), 1460));
  }

  @Test
  void aHarmedSegmentIsDropped() {
    byte[] frame = PLAIN.tcp(HERE, THERE, segment(100), 1460);
    frame[frame.length - 1] ^= 1;
    assertEquals(new Dropped(Reason.BAD_CHECKSUM), FrameReader.read(frame));
  }

  @Test
  void aHarmedIpHeaderIsDropped() {
    byte[] frame = PLAIN.tcp(HERE, THERE, segment(100), 1460);
    frame[12 + 14 + 8] ^= 1;
    assertEquals(new Dropped(Reason.MALFORMED_IP), FrameReader.read(frame));
  }

  @Test
  void paddingBehindThePacketIsIgnored() {
    byte[] frame = PLAIN.tcp(HERE, THERE, segment(1), 1460);
    byte[] padded = Arrays.copyOf(frame, frame.length + 20);
    Packet.Tcp tcp = assertInstanceOf(Packet.Tcp.class, FrameReader.read(padded));
    assertEquals(segment(1), tcp.segment());
  }

  @Test
  void arpIsAskedAndAnswered() {
    byte[] request =
        HexFormat.of()
            .parseHex(
                "000000000000000000000000" // virtio_net_hdr
                    + "ffffffffffff5254001234560806" // Ethernet
                    + "0001080006040001525400123456" // who
                    + "0a00020f" // asks
                    + "0000000000000a000202"); // for whom
    Packet.ArpRequest arp = assertInstanceOf(Packet.ArpRequest.class, FrameReader.read(request));
    assertEquals(new Packet.ArpRequest(GUEST, THERE, HERE), arp);
    assertEquals(
        "000000000000000000000100"
            + "525400123456024c530000010806"
            + "0001080006040002024c530000010a000202"
            + "5254001234560a00020f",
        HexFormat.of().formatHex(PLAIN.arpReply(arp)));
  }

  @Test
  void udpComesBackAsItWas() {
    Slice question = Slice.of(new byte[] {1, 2, 3});
    byte[] frame = LARGE.udp(HERE, 53, THERE, 5353, question);
    Packet.Udp udp = assertInstanceOf(Packet.Udp.class, FrameReader.read(frame));
    assertEquals(question, udp.payload());
    assertEquals(53, udp.sourcePort());
    assertEquals(5353, udp.destinationPort());
    assertEquals(28, udp.quote().length());
  }

  @Test
  void addressesAreParsedStrictly() {
    assertEquals("10.0.2.15", Ipv4Address.parse("10.0.2.15").toString());
    assertEquals("52:54:00:12:34:56", MacAddress.parse("52:54:00:12:34:56").toString());
    for (String wrong : new String[] {"", "1.2.3", "1.2.3.256", "1.2.3.4.5", "a.b.c.d", "1..2.3"}) {
      assertThrows(IllegalArgumentException.class, () -> Ipv4Address.parse(wrong));
    }
    assertThrows(IllegalArgumentException.class, () -> MacAddress.parse("52:54:00:12:34"));
  }

  @Test
  void noBytesMakeTheReaderThrow() {
    Random random = new Random(1);
    byte[][] seeds = {
      PLAIN.tcp(HERE, THERE, segment(50), 1460),
      LARGE.tcp(HERE, THERE, segment(50), 20),
      PLAIN.udp(HERE, 53, THERE, 5353, Slice.of(new byte[20])),
      PLAIN.echoReply(new Packet.EchoRequest(THERE, HERE, Slice.of(new byte[12]))),
      PLAIN.arpReply(new Packet.ArpRequest(GUEST, THERE, HERE)),
      new byte[100]
    };
    for (int i = 0; i < 200_000; i++) {
      byte[] frame = seeds[random.nextInt(seeds.length)].clone();
      for (int flips = random.nextInt(6); flips > 0; flips--) {
        frame[random.nextInt(frame.length)] = (byte) random.nextInt();
      }
      if (random.nextBoolean()) {
        mendIpChecksum(frame);
      }
      int length = random.nextInt(4) == 0 ? random.nextInt(frame.length + 1) : frame.length;
      Packet _ = FrameReader.read(Arrays.copyOf(frame, length));
    }
  }

  private static void mendIpChecksum(byte[] frame) {
    int at = 26;
    int bytes = Math.min((frame[at] & 0xf) * 4, frame.length - at);
    if (bytes >= 20) {
      Wire.put16(frame, at + 10, 0);
      Wire.put16(frame, at + 10, Checksum.complement(Checksum.sum(0, frame, at, bytes)));
    }
    frame[0] = 1; // and nobody looks at the other checksum
  }
}
