package lockstep.tools.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Builds the default guest from the host's own Debian mirror; later runs use the cache only. */
@Tag("guest")
final class GuestBuilderTest {
  private static final int IMAGE_MAGIC_OFFSET = 0x38;
  private static final int IMAGE_MAGIC = 0x05435352; // "RSC\x05", little-endian

  @TempDir private Path directory = Path.of("");

  @Test
  void theDefaultGuestIsBuiltTwiceToTheSameBytesAndThenUpToDate() throws Exception {
    GuestBuilder builder =
        new GuestBuilder(
            GuestRecipe.redis(), GuestImages.defaultCache(), Optional.empty(), Progress.none());
    Guest first = built(builder);
    Guest second = builder.build(directory.resolve("second"), false);

    assertEquals(first.description(), second.description());
    assertEquals(
        Optional.of(first.description()),
        builder.upToDate(first.directory()).map(Guest::description));
    assertTrue(first.description().ports().contains(GuestRecipe.REDIS_PORT));
    ByteBuffer kernel =
        ByteBuffer.wrap(Files.readAllBytes(first.kernel())).order(ByteOrder.LITTLE_ENDIAN);
    assertEquals(IMAGE_MAGIC, kernel.getInt(IMAGE_MAGIC_OFFSET));
    assertTrue(
        first.description().packages().stream().anyMatch(p -> p.name().equals("redis-server")));
  }

  /** Skips the test where this host lacks what any guest needs, its mirror above all. */
  private Guest built(GuestBuilder builder) throws Exception {
    try {
      return builder.build(directory.resolve("first"), false);
    } catch (HostLacksException e) {
      return Assumptions.abort(e.getMessage());
    }
  }
}
