package lockstep.vmm.machine.device.power;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import lockstep.ft.machine.Output;
import org.junit.jupiter.api.Test;

final class PowerSwitchTest {
  private final List<Output> outputs = new ArrayList<>();
  private final PowerSwitch power = new PowerSwitch(outputs::add);

  @Test
  void twoValuesSwitchOffOrReset() {
    power.store(0, 2, PowerSwitch.POWER_OFF);
    power.store(0, 2, PowerSwitch.RESET);
    assertEquals(List.of(new Output.PowerChanged(false), new Output.PowerChanged(true)), outputs);
  }

  @Test
  void anythingElseDoesNothing() {
    power.store(0, 2, 1);
    power.store(4, 2, PowerSwitch.POWER_OFF);
    power.store(0, 0, PowerSwitch.POWER_OFF);
    assertEquals(List.of(), outputs);
    assertEquals(0, power.load(0, 2));
  }
}
