package lockstep.ft.simulation;

/** Breaks things by chance, and mends them. */
final class Faults {
  private static final int REPLICAS = 2;

  private final Simulation sim;
  private final World world;
  private boolean over;

  Faults(Simulation sim) {
    this.sim = sim;
    this.world = sim.world;
  }

  /** From now on, a fault every so often. */
  void begin(long meanNanosBetween) {
    world.after(
        world.between(0, 2 * meanNanosBetween),
        () -> {
          if (!over) {
            one();
            begin(meanNanosBetween);
          }
        });
  }

  private void one() {
    switch (world.random.nextInt(16)) {
      case 0, 1 -> crashReplica(liveHost(), world.chance(0.3));
      case 2 -> crashReplica(1 - liveHost(), world.chance(0.3));
      case 3, 4 -> pauseReplica(liveHost());
      case 5 -> pauseReplica(1 - liveHost());
      case 6, 7 -> blockFor(anyHost(), anyHost(), world.chance(0.5));
      case 8 -> blockFor(0, 1, world.chance(0.6));
      case 9 -> blockFor(Net.PROXY, Net.SERVER, true);
      case 10 -> breakSome();
      case 11 -> restartServer(world.between(World.MILLI, 300 * World.MILLI));
      case 12 -> restartServer(World.MILLI);
      case 13 -> slowDisk();
      case 14 -> slowLink();
      default -> loseClaimAnswer();
    }
  }

  private int anyHost() {
    return world.random.nextInt(Net.HOSTS);
  }

  private int liveHost() {
    return sim.live().map(node -> node.host).orElse(world.random.nextInt(REPLICAS));
  }

  private void crashReplica(int host, boolean silently) {
    sim.node(host).crash(silently);
    world.after(
        world.between(5 * World.MILLI, 600 * World.MILLI),
        () -> {
          if (!sim.node(host).isAlive()) {
            sim.start(host);
          }
        });
  }

  private void pauseReplica(int host) {
    ReplicaNode node = sim.node(host);
    node.pause();
    long length = world.chance(0.5) ? 80 * World.MILLI : 700 * World.MILLI;
    world.after(world.between(World.MILLI, length), node::resume);
  }

  private void blockFor(int from, int to, boolean bothWays) {
    if (from == to) {
      return;
    }
    world.tell("blocked: " + from + (bothWays ? " <-> " : " -> ") + to);
    sim.net.block(from, to, true);
    if (bothWays) {
      sim.net.block(to, from, true);
    }
    world.after(
        world.between(World.MILLI, 500 * World.MILLI),
        () -> {
          sim.net.block(from, to, false);
          sim.net.block(to, from, false);
          world.tell("unblocked: " + from + " - " + to);
          if (world.chance(0.3)) {
            sim.net.breakBetween(from, to);
          }
        });
  }

  private void breakSome() {
    int a = anyHost();
    int b = anyHost();
    world.tell("connections break between " + a + " and " + b);
    sim.net.breakBetween(a, b);
  }

  private void restartServer(long down) {
    if (sim.server.isUp()) {
      sim.server.crash();
      world.after(
          down,
          () -> {
            if (!sim.server.isUp()) {
              sim.server.start();
            }
          });
    }
  }

  private void slowDisk() {
    world.tell("the disk is slow");
    sim.server.slow(world.between(World.MILLI, 60 * World.MILLI));
    world.after(world.between(10 * World.MILLI, 300 * World.MILLI), () -> sim.server.slow(0));
  }

  private void slowLink() {
    int from = anyHost();
    int to = anyHost();
    world.tell("slow: " + from + " -> " + to);
    sim.net.delay(from, to, world.between(World.MILLI, 40 * World.MILLI));
    world.after(
        world.between(10 * World.MILLI, 400 * World.MILLI), () -> sim.net.delay(from, to, 0));
  }

  /** The log channel breaks, and the answers to the claims that follow are lost or late. */
  private void loseClaimAnswer() {
    int host = world.random.nextInt(REPLICAS);
    world.tell("a claim will be asked, its answer lost");
    sim.net.breakBetween(0, 1);
    sim.net.block(Net.SERVER, host, true);
    boolean lost = world.chance(0.5);
    world.after(
        world.between(World.MILLI, 60 * World.MILLI),
        () -> {
          if (lost) {
            sim.net.breakBetween(Net.SERVER, host);
          }
          sim.net.block(Net.SERVER, host, false);
          if (world.chance(0.3)) {
            restartServer(World.MILLI);
          }
        });
  }

  /** Everything is mended: what is down starts, what is stopped continues. */
  void heal() {
    world.tell("everything is mended");
    over = true;
    for (int from = 0; from < Net.HOSTS; from++) {
      for (int to = 0; to < Net.HOSTS; to++) {
        sim.net.block(from, to, false);
        sim.net.delay(from, to, 0);
      }
    }
    sim.server.slow(0);
    if (!sim.server.isUp()) {
      sim.server.start();
    }
    for (int host = 0; host < REPLICAS; host++) {
      sim.node(host).resume();
    }
  }

  /** Starts what is down, as an operator's supervisor would. */
  void restartDead() {
    for (int host = 0; host < REPLICAS; host++) {
      if (!sim.node(host).isAlive()) {
        sim.start(host);
      }
    }
  }
}
