package lockstep.vmm.machine.hart;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

final class EntryHeatTest {
  private static final int COOL = 5;
  private static final int HOT = 6;

  @Test
  void heatAddsUpUntilItIsForgotten() {
    EntryHeat heat = new EntryHeat();
    assertEquals(2, heat.add(HOT, 2));
    assertEquals(5, heat.add(HOT, 3));
    heat.forget(HOT);
    assertEquals(1, heat.add(HOT, 1));
  }

  @Test
  void theHottestPlaceIsTheOneWithMostHeatNotTheLastMet() {
    EntryHeat heat = new EntryHeat();
    heat.add(HOT, 10);
    heat.add(COOL, 9);
    assertEquals(HOT, heat.hottest());
    heat.forget(HOT);
    assertEquals(COOL, heat.hottest());
  }
}
