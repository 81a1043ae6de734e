package lockstep.vmm.machine.device.rtc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

final class GoldfishRtcTest {
  private static final long BOOT = 1_790_000_000_123_456_789L;

  private long guestTime;
  private final GoldfishRtc rtc = new GoldfishRtc(() -> guestTime);

  private long read() {
    long low = rtc.load(0, 2);
    guestTime += 1L << 32; // the latch holds the other half
    return low | rtc.load(4, 2) << 32;
  }

  @Test
  void itsTimeIsWallTimeAtBootPlusGuestTime() {
    rtc.poweredOn(BOOT);
    guestTime = 5_000_000_000L;
    assertEquals(BOOT + 5_000_000_000L, read());
  }

  @Test
  void theGuestMaySetIt() {
    guestTime = 77;
    rtc.store(4, 2, BOOT >>> 32);
    rtc.store(0, 2, BOOT & 0xffff_ffffL);
    guestTime = 80;
    assertEquals(BOOT + 3, read());
  }
}
