package lockstep.ft.simulation;

import java.util.List;
import java.util.Optional;

/**
 * One seed: serves, breaks things for a while, mends them, and serves again.
 *
 * @param failure what was violated, with the command that repeats it
 * @param story what happened, if it was to be told
 */
record RandomRun(
    long seed,
    long events,
    long replies,
    long guestGeneration,
    Coverage coverage,
    Optional<String> failure,
    List<String> story) {
  private static final long FAULTS_LENGTH = 800 * World.MILLI;
  private static final long SERVE_WITHIN = 3_000 * World.MILLI;

  static RandomRun of(long seed, boolean telling) {
    return of(seed, telling, new Sabotage());
  }

  static RandomRun of(long seed, boolean telling, Sabotage sabotage) {
    Simulation sim = new Simulation(seed, telling, sabotage);
    Optional<String> failure = Optional.empty();
    try {
      go(sim);
    } catch (Checker.Violation | IllegalStateException | IllegalArgumentException e) {
      failure =
          Optional.of(
              "seed "
                  + seed
                  + " at "
                  + sim.world.now() / 1e6
                  + " ms: "
                  + e
                  + "\nat "
                  + e.getStackTrace()[1]
                  + "\nrepeat: mvn -pl ft-coordinator test -Dtest=SimulationTest#oneSeed -Dseed="
                  + seed);
    }
    return new RandomRun(
        seed,
        sim.world.events(),
        sim.proxy.replies(),
        sim.checker.guestGeneration(),
        sim.coverage,
        failure,
        sim.world.story());
  }

  private static void go(Simulation sim) {
    World world = sim.world;
    sim.start(0);
    world.after(world.between(0, 5 * World.MILLI), () -> sim.start(1));
    if (world.chance(0.7)) {
      world.after(
          world.between(0, 300 * World.MILLI),
          () -> {
            if (!sim.isStarted(2)) {
              sim.start(2);
            }
          });
    }
    sim.runFor(6 * World.MILLI);
    if (world.chance(0.8)) {
      sim.serve(1 + world.random.nextInt(3), SERVE_WITHIN);
    }
    Faults faults = new Faults(sim);
    faults.begin(world.between(15 * World.MILLI, 250 * World.MILLI));
    long length = world.chance(0.1) ? 4 * FAULTS_LENGTH : FAULTS_LENGTH;
    sim.runFor(world.between(FAULTS_LENGTH / 10, length));
    faults.heal();
    long served = sim.proxy.replies() + 3;
    long end = world.now() + SERVE_WITHIN;
    while (sim.proxy.replies() < served) {
      Checker.require(world.now() < end, "the service does not go on: " + sim.describe());
      sim.runFor(50 * World.MILLI);
      faults.restartDead();
      faults.resumePaused();
    }
    while (!sim.isProtected()) {
      Checker.require(world.now() < end, "no backup is made: " + sim.describe());
      sim.runFor(20 * World.MILLI);
      faults.restartDead();
      faults.resumePaused();
    }
  }
}
