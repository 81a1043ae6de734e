package lockstep.tools.chaos.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SubnetTest {
  private static Optional<Subnet> freeBeside(String... taken) {
    return Subnet.free(Stream.of(taken).map(Subnet::parse).toList());
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.0.0.0/8", "192.168.255.0/24", "255.255.255.255/32", "0.0.0.0/0"})
  void isWrittenAsItIsRead(String text) {
    assertEquals(text, Subnet.parse(text).toString());
  }

  @Test
  void anAddressIsASubnetOfItsOwn() {
    assertEquals(Subnet.parse("192.0.2.2/32"), Subnet.parse("192.0.2.2"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "10.0.0/8", "10.0.0.256", "10.0.0.0/33", "::1", "default"})
  void whatIsNoneIsRefused(String text) {
    assertThrows(IllegalArgumentException.class, () -> Subnet.parse(text));
  }

  @Test
  void overlapsWhatHoldsItAndWhatItHolds() {
    Subnet subnet = Subnet.parse("10.213.7.0/24");
    for (String other : List.of("10.0.0.0/8", "10.213.7.9", "10.213.7.0/24", "0.0.0.0/0")) {
      assertTrue(subnet.overlaps(Subnet.parse(other)), other);
      assertTrue(Subnet.parse(other).overlaps(subnet), other);
    }
    for (String other : List.of("10.213.6.0/24", "10.213.8.1", "192.168.0.0/16", "138.0.0.0/8")) {
      assertFalse(subnet.overlaps(Subnet.parse(other)), other);
      assertFalse(Subnet.parse(other).overlaps(subnet), other);
    }
  }

  @Test
  void addressesAreCountedFromTheFirst() {
    Subnet subnet = Subnet.parse("192.168.7.0/24");
    assertEquals("192.168.7.0", subnet.address(0));
    assertEquals("192.168.7.254", subnet.address(254));
  }

  @Test
  void oneIsChosenThatNoRouteLeadsTo() {
    assertEquals("10.213.0.0/24", freeBeside("192.0.2.0/24").orElseThrow().toString());
    assertEquals("10.213.2.0/24", freeBeside("10.213.0.0/23").orElseThrow().toString());
    assertEquals("10.213.1.0/24", freeBeside("10.213.0.77").orElseThrow().toString());
    assertEquals("172.30.0.0/24", freeBeside("10.0.0.0/8").orElseThrow().toString());
    assertEquals(
        "192.168.1.0/24",
        freeBeside("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/24").orElseThrow().toString());
  }

  @Test
  void wherePrivateAddressesAreAllInUseNoneIsChosen() {
    assertEquals(Optional.empty(), freeBeside("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"));
  }
}
