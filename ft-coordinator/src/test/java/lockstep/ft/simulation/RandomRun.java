package lockstep.ft.simulation;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

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

  /** How a seed becomes a run. */
  interface Kind {
    RandomRun run(long seed, boolean telling, Sabotage sabotage);
  }

  /** Enough to read each register, whatever is set meanwhile. */
  private static final int REPLIES_AFTERWARDS = 8 * ToyMachine.REGISTERS;

  /** A fault finds the guest protected for up to so long. */
  private static final long SETTLED = 60 * World.MILLI;

  private static final long SERVE_WITHIN = 3_000 * World.MILLI;

  static RandomRun of(long seed, boolean telling) {
    return of(seed, telling, new Sabotage());
  }

  static RandomRun of(long seed, boolean telling, Sabotage sabotage) {
    return of(seed, telling, sabotage, "oneSeed", true, RandomRun::go);
  }

  /**
   * With those faults only that there were when the seed was found: the later kinds change what
   * follows, and the moment that the seed is kept for does not come.
   */
  static RandomRun ofEarlierFaults(long seed, boolean telling, Sabotage sabotage) {
    return of(seed, telling, sabotage, "oneSeedOfEarlierFaults", false, RandomRun::go);
  }

  /**
   * A seed of another kind: one fault at a time, the next one only when the guest is protected
   * again. Nothing of that may lose the guest.
   */
  static RandomRun ofSingleFaults(long seed, boolean telling, Sabotage sabotage) {
    return of(
        seed, telling, sabotage, "oneSeedOfSingleFaults", true, RandomRun::goWithSingleFaults);
  }

  /** As {@link #ofEarlierFaults}. */
  static RandomRun ofEarlierSingleFaults(long seed, boolean telling, Sabotage sabotage) {
    return of(
        seed,
        telling,
        sabotage,
        "oneSeedOfEarlierSingleFaults",
        false,
        RandomRun::goWithSingleFaults);
  }

  private static RandomRun of(
      long seed,
      boolean telling,
      Sabotage sabotage,
      String test,
      boolean laterFaults,
      Consumer<Simulation> run) {
    Simulation sim = new Simulation(seed, telling, sabotage, laterFaults);
    Optional<String> failure = Optional.empty();
    try {
      run.accept(sim);
    } catch (RuntimeException e) {
      failure =
          Optional.of(
              "seed "
                  + seed
                  + " at "
                  + sim.world.now() / 1e6
                  + " ms: "
                  + e
                  + "\nat "
                  + Stream.of(e.getStackTrace()).limit(2).toList()
                  + "\nrepeat: mvn -pl ft-coordinator test -Dtest=SimulationTest#"
                  + test
                  + " -Dlockstep.seed="
                  + seed);
    }
    return new RandomRun(
        seed,
        sim.world.events(),
        sim.proxy.clients().replies(),
        sim.checker.guestGeneration(),
        sim.coverage,
        failure,
        sim.world.story());
  }

  private static void goWithSingleFaults(Simulation sim) {
    World world = sim.world;
    sim.start(0);
    sim.start(1);
    if (world.chance(0.7)) {
      sim.start(2);
    }
    sim.serve(1, SERVE_WITHIN);
    Faults faults = new Faults(sim);
    for (int left = 1 + world.random.nextInt(4); left > 0; left--) {
      sim.protect(SERVE_WITHIN);
      sim.runFor(world.between(0, SETTLED));
      faults.single();
      sim.runFor(world.between(0, FAULTS_LENGTH));
      faults.heal();
      recover(sim, faults);
      Checker.require(sim.checker.guestGeneration() == 1, "a single fault has lost the guest");
    }
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
    recover(sim, faults);
  }

  /** Once all is mended, the service goes on, and the guest is protected. */
  private static void recover(Simulation sim, Faults faults) {
    World world = sim.world;
    long served = sim.proxy.clients().replies() + REPLIES_AFTERWARDS;
    long end = world.now() + SERVE_WITHIN;
    while (sim.proxy.clients().replies() < served) {
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
    while (!sim.live().map(ReplicaNode::diskBytes).equals(Optional.of(sim.server.diskBytes()))) {
      // A dial that was lost before the mending is given up, and repeated, only after it.
      Checker.require(world.now() < end, "the guest has not heard of its disks' size");
      sim.runFor(20 * World.MILLI);
    }
    sim.proxy.clients().checkHistory();
  }
}
