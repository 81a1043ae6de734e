package lockstep.tools.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class GuestRecipeTest {
  @Test
  void equalRecipesHaveEqualDigestsAndOtherOnesOther() throws Exception {
    assertEquals(GuestRecipe.redis().digest(), GuestRecipe.redis().digest());
    assertNotEquals(GuestRecipe.redis().digest(), web(List.of(80), 192L << 20).digest());
  }

  @Test
  void aServiceIsReadyWhenItsFirstPortIsListenedOn() {
    assertEquals(
        "grep -q ': [0-9A-F]*:0050 0*:0000 0A ' /proc/net/tcp /proc/net/tcp6",
        web(List.of(80, 443), 192L << 20).readyCommand());
    assertEquals("true", web(List.of(), 192L << 20).readyCommand());
  }

  @Test
  void impossibleDisksPortsAndPackagesAreRefused() {
    assertThrows(ImageException.class, () -> web(List.of(80), 1 << 20).check());
    assertThrows(ImageException.class, () -> web(List.of(80), (192L << 20) + 1).check());
    assertThrows(ImageException.class, () -> web(List.of(70_000), 192L << 20).check());
    GuestRecipe option =
        new GuestRecipe(
            "trixie", List.of("-o"), "true", Optional.empty(), List.of(), List.of(), 1L << 30, 0);
    assertThrows(ImageException.class, option::check);
  }

  private static GuestRecipe web(List<Integer> ports, long diskBytes) {
    return new GuestRecipe(
        "trixie",
        List.of("nginx-light"),
        "nginx -g 'daemon off;'",
        Optional.empty(),
        ports,
        List.of(),
        diskBytes,
        128L << 20);
  }
}
