package lockstep.disk.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class FileSyncTest {
  private final FileSync sync = new FileSync();

  @Test
  void whoAsksAfterAFailureIsNotToldThatAllIsWell() throws IOException {
    AtomicInteger asked = new AtomicInteger();
    sync.run(asked::incrementAndGet);
    IOException worn = new IOException("the medium is worn");
    assertSame(
        worn,
        assertThrows(
            IOException.class,
            () ->
                sync.run(
                    () -> {
                      throw worn;
                    })));
    IOException later = assertThrows(IOException.class, () -> sync.run(asked::incrementAndGet));
    assertSame(worn, later.getCause());
    assertEquals(1, asked.get());
  }
}
