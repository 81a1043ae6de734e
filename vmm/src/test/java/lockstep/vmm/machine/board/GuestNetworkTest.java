package lockstep.vmm.machine.board;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import lockstep.ft.machine.Bytes;
import lockstep.ft.machine.Input;
import lockstep.vmm.machine.boot.BootException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The real guest's own network stack behind the NIC. */
@Tag("guest")
final class GuestNetworkTest {
  private static final int HEADER_BYTES = 12; // virtio_net_hdr
  private static final int ETHERNET = HEADER_BYTES;
  private static final int PAYLOAD = HEADER_BYTES + 14;
  private static final int TYPE_ARP = 0x0806;
  private static final int TYPE_IPV4 = 0x0800;
  private static final long STEPS_MAX = 300_000_000L;

  private static final byte[] GATEWAY_MAC = {0x52, 0x55, 10, 0, 2, 2};
  private static final byte[] GATEWAY = {10, 0, 2, 2};
  private static final byte[] GUEST = {10, 0, 2, 15};
  private static final byte[] BROADCAST = {-1, -1, -1, -1, -1, -1};

  @Test
  void theGuestAnswersArpAndPingsOfEverySize() throws BootException {
    BoardHarness guest = new BoardHarness(GuestFiles.find());
    guest.powerOn();
    guest.runUntil(GuestBootTest.READY, GuestBootTest.BOOT_STEPS_MAX);

    guest.inject(new Input.FrameReceived(Bytes.of(arpRequest())));
    byte[] reply = await(guest, frame -> type(frame) == TYPE_ARP && frame[PAYLOAD + 7] == 2);
    byte[] guestMac = Arrays.copyOfRange(reply, PAYLOAD + 8, PAYLOAD + 14);
    assertArrayEquals(new byte[] {0x52, 0x54, 0, 0x12, 0x34, 0x56}, guestMac);

    for (int length : List.of(0, 1, 56, 1472)) {
      byte[] request = ping(guestMac, length);
      guest.inject(new Input.FrameReceived(Bytes.of(request)));
      byte[] answer =
          await(guest, frame -> type(frame) == TYPE_IPV4 && frame.length == request.length);
      int data = PAYLOAD + 20 + 8;
      assertArrayEquals(
          Arrays.copyOfRange(request, data, request.length),
          Arrays.copyOfRange(answer, data, answer.length));
    }
  }

  private static byte[] await(BoardHarness guest, Predicate<byte[]> wanted) {
    long limit = guest.machine().position() + STEPS_MAX;
    while (guest.machine().position() < limit) {
      guest.runTo(guest.machine().position() + 1_000_000);
      Optional<byte[]> found =
          guest.frames().stream().map(sent -> sent.frame().array()).filter(wanted).findFirst();
      if (found.isPresent()) {
        guest.frames().clear();
        return found.get();
      }
    }
    throw new AssertionError("no answer among " + guest.frames());
  }

  private static int type(byte[] frame) {
    return ByteBuffer.wrap(frame).getShort(ETHERNET + 12) & 0xffff;
  }

  private static ByteBuffer ethernet(byte[] to, int type, int payloadBytes) {
    ByteBuffer frame = ByteBuffer.allocate(PAYLOAD + payloadBytes).position(ETHERNET);
    return frame.put(to).put(GATEWAY_MAC).putShort((short) type);
  }

  private static byte[] arpRequest() {
    return ethernet(BROADCAST, TYPE_ARP, 28)
        .putShort((short) 1)
        .putShort((short) TYPE_IPV4)
        .put((byte) 6)
        .put((byte) 4)
        .putShort((short) 1)
        .put(GATEWAY_MAC)
        .put(GATEWAY)
        .put(new byte[6])
        .put(GUEST)
        .array();
  }

  private static byte[] ping(byte[] guestMac, int length) {
    ByteBuffer frame = ethernet(guestMac, TYPE_IPV4, 20 + 8 + length);
    frame.put((byte) 0x45).put((byte) 0).putShort((short) (28 + length));
    frame.putInt(0).put((byte) 64).put((byte) 1).putShort((short) 0).put(GATEWAY).put(GUEST);
    frame.put((byte) 8).put((byte) 0).putShort((short) 0).putInt(0x1234_0001);
    for (int i = 0; i < length; i++) {
      frame.put((byte) (i * 13));
    }
    frame.putShort(PAYLOAD + 10, checksum(frame.array(), PAYLOAD, 20));
    frame.putShort(PAYLOAD + 22, checksum(frame.array(), PAYLOAD + 20, 8 + length));
    return frame.array();
  }

  /** RFC 1071. */
  private static short checksum(byte[] bytes, int from, int length) {
    int sum = 0;
    for (int i = 0; i < length; i++) {
      sum += (bytes[from + i] & 0xff) << (i % 2 == 0 ? 8 : 0);
    }
    sum = (sum & 0xffff) + (sum >>> 16);
    return (short) ~((sum & 0xffff) + (sum >>> 16));
  }
}
