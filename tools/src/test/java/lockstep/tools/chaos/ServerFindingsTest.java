package lockstep.tools.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ServerFindingsTest {
  private static final String DIVERGED = "diverged-storm-epoch7-at-1234-backup-ab.lockstep";

  @TempDir private Path root = Path.of("");

  @Test
  void whatAVmmHasKeptOfADivergenceIsNamed() throws IOException {
    Path kept = root.resolve("kept");
    assertEquals(List.of(), ServerFindings.divergences(kept));
    Files.createDirectories(kept);
    Files.writeString(kept.resolve("saved-at-1.state"), "");
    assertEquals(List.of(), ServerFindings.divergences(kept));
    Path file = kept.resolve(DIVERGED);
    Files.writeString(file, "");
    assertEquals(List.of(file), ServerFindings.divergences(kept));
    assertEquals(
        List.of("primary and backup differed: " + file),
        new ServerFindings(ServerEnds.Judged.NONE, List.of(file), List.of()).complaints());
  }

  @Test
  void aGuestStartsAnewAfterADoubleFailureAndNeverElse() {
    Generations generations = new Generations();
    generations.note(1, 0, "the start");
    generations.note(1, 0, "before fault 1");
    generations.note(2, 1, "fault 1, kill-pair");
    assertEquals(List.of(), generations.complaints());
    generations.note(3, 0, "fault 2, kill-backup");
    generations.note(3, 1, "fault 3, kill-pair");
    generations.note(5, 1, "fault 4, kill-pair");
    List<String> complaints =
        List.of(
            "the guest was started anew 1 times instead of 0: fault 2, kill-backup",
            "the guest was started anew 0 times instead of 1: fault 3, kill-pair",
            "the guest was started anew 2 times instead of 1: fault 4, kill-pair");
    assertEquals(complaints, generations.complaints());
    assertEquals(
        complaints,
        new ServerFindings(ServerEnds.Judged.NONE, List.of(), generations.complaints())
            .complaints());
  }
}
