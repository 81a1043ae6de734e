package lockstep.proxy.guest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import lockstep.proxy.tcp.TcpLimits;
import org.junit.jupiter.api.Test;

final class ProxyLimitsTest {
  @Test
  void aLargeHeapHasRoomForTheDefault() {
    assertEquals(ProxyLimits.DEFAULT, ProxyLimits.within(2 * ProxyLimits.DEFAULT.bufferBytesMax()));
    assertEquals(ProxyLimits.DEFAULT, ProxyLimits.within(Long.MAX_VALUE));
  }

  @Test
  void buffersTakeHalfOfASmallHeapAndConnectionsAsManyAsThatHolds() {
    ProxyLimits small = ProxyLimits.within(64 << 20);
    assertEquals(32 << 20, small.bufferBytesMax());
    assertEquals(256, small.connectionsMax());
  }

  @Test
  void connectionsWithoutMemoryAreRefused() {
    assertThrows(
        IllegalArgumentException.class,
        () -> new ProxyLimits(TcpLimits.DEFAULT, 1024, 16, 96 << 20, 32 << 10, 1000, 4));
  }
}
