package lockstep.benchmarks.transfer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class TransferLogTest {
  @Test
  void measuresTheLastOneThatWasCut() {
    assertEquals(
        Optional.of(Duration.ofMillis(1500)),
        TransferLog.lastDuration(
            List.of(
                "2026-01-01T00:00:00.000Z INFO  EffectRunner transfer=began peer=a round=1",
                "2026-01-01T00:00:01.000Z INFO  EffectRunner transfer=cut peer=a round=3",
                "2026-01-01T00:00:02.000Z INFO  EffectRunner transfer=began peer=b round=1",
                "2026-01-01T00:00:02.250Z INFO  EffectRunner transfer=ended: lost peer=b round=1",
                "2026-01-01T00:00:03.000Z INFO  EffectRunner transfer=began peer=c round=1",
                "2026-01-01T00:00:04.500Z INFO  EffectRunner transfer=cut peer=c round=2",
                "2026-01-01T00:00:05.000Z INFO  EffectRunner role=ALONE->PRIMARY")));
  }

  @Test
  void withoutACutThereIsNothingToMeasure() {
    assertEquals(
        Optional.empty(),
        TransferLog.lastDuration(
            List.of("2026-01-01T00:00:00.000Z INFO  EffectRunner transfer=began peer=a round=1")));
  }
}
