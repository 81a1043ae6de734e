package lockstep.vmm.compiler;

import java.util.Random;
import lockstep.vmm.machine.Machine;
import lockstep.vmm.machine.hart.RandomGuest;
import lockstep.vmm.machine.hart.RandomGuestRun;
import org.junit.jupiter.api.Test;

/** A machine that compiles whatever it meets equals one that interprets, under random guests. */
final class CompiledRandomGuestTest {
  private static final long STEPS = 20_000;
  private static final int SEEDS = 3;
  private static final int INSTRUCTIONS_MAX = 40;

  @Test
  void compiledCodeCannotBeToldFromInterpreted() {
    for (long seed = 1; seed <= SEEDS; seed++) {
      RandomGuest guest = new RandomGuest(seed);
      RandomGuestRun run = new RandomGuestRun(seed, STEPS);
      run.record(guest.machine(Machine::new), Machine::run, new Random(seed));
      run.compare(
          "compiled",
          guest.machine(config -> new Machine(config, GuestCompiler.eager(INSTRUCTIONS_MAX))),
          Machine::run);
    }
  }
}
