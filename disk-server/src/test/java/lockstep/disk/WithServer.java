package lockstep.disk;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Tests of which each has a new disk server with the usual VM. */
public abstract class WithServer {
  /** The server's data directory. */
  @TempDir protected Path data;

  protected ServerFixture fixture;

  @BeforeEach
  final void startServer() throws IOException, InterruptedException {
    fixture = new ServerFixture(data);
  }

  @AfterEach
  final void stopServer() {
    fixture.close();
  }
}
