package lockstep.ft.history;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class HistoryTest {
  private final History history = new History();

  private void write(String key, long value, long at) {
    history.add(new Operation(key, true, value, at, at + 1));
  }

  private void read(String key, long value, long at) {
    history.add(new Operation(key, false, value, at, at + 1));
  }

  @Test
  void aSettledKeyIsCheckedBeforeItIsForgotten() {
    write("a", 1, 10);
    read("a", 2, 20);
    history.settle(100, List.of());
    assertEquals(Optional.of("a"), history.notLinearizable());
    assertEquals(1, history.keys());
  }

  @Test
  void aKeyThatIsUsedOrYoungStays() {
    write("used", 1, 10);
    write("young", 2, 200);
    write("old", 3, 10);
    history.settle(100, List.of("used"));
    read("used", 1, 300);
    read("young", 2, 300);
    assertEquals(Optional.empty(), history.notLinearizable());
    assertEquals(3, history.keys());
    assertEquals(5, history.size());
  }
}
