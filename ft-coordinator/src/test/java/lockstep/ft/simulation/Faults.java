package lockstep.ft.simulation;

import java.util.ArrayList;
import java.util.List;
import lockstep.ft.core.ReplicaEvent;

/** Breaks things by chance, and mends them. */
final class Faults {
  private static final int ONE_IN_LATER = 8;

  private final Simulation sim;
  private final World world;
  private boolean over;
  private long mendings;

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
    if (sim.hasLaterFaults() && world.later.nextInt(ONE_IN_LATER) == 0) {
      oneOfTheLater();
      return;
    }
    switch (world.random.nextInt(44)) {
      case 0, 1 -> crashReplica(liveHost(), world.chance(0.3));
      case 2, 3 -> crashReplica(otherHost(), world.chance(0.3));
      case 4, 5 -> pauseReplica(liveHost());
      case 6 -> pauseReplica(otherHost());
      case 7, 8 -> blockFor(anyHost(), anyHost(), world.chance(0.5));
      case 9 -> blockFor(liveHost(), otherHost(), world.chance(0.6));
      case 10 -> blockFor(Net.PROXY, Net.SERVER, true);
      case 11 -> breakSome();
      case 12 -> restartServer(world.between(World.MILLI, 700 * World.MILLI), false);
      case 13 -> restartServer(World.MILLI, false);
      case 14 -> restartServer(world.between(World.MILLI, 100 * World.MILLI), true);
      case 15 -> slowDisk();
      case 16 -> slowLink();
      case 17 -> stopServer();
      case 18 -> failDisk();
      case 19 -> loseGrant();
      case 20, 21 -> slowReplica();
      case 22, 23, 24 -> disturbNextTransfer();
      case 25, 26 -> askSwitch();
      case 27, 28, 29 -> disturbNextSwitch();
      case 30, 31, 32 -> losePath();
      case 33, 34 -> pauseGuest();
      case 35 -> resetGuest();
      case 36, 37 -> restartProxy();
      case 38 -> sim.server.growDisks();
      case 39, 40 -> loseSome();
      case 41 -> loseDials();
      default -> loseClaimAnswer();
    }
  }

  /**
   * One fault that a pair, alone on its hosts, has to survive; sometimes in the midst of a switch.
   */
  void single() {
    over = true; // nothing follows from it later but its end
    if (world.chance(0.3)) {
      askSwitch();
      sim.runFor(world.between(0, 5 * World.MILLI));
    }
    if (sim.hasLaterFaults() && world.later.nextInt(ONE_IN_LATER) == 0) {
      oneOfTheLater();
      return;
    }
    switch (world.random.nextInt(15)) {
      case 0, 1 -> crashReplica(liveHost(), world.chance(0.3));
      case 2 -> crashReplica(otherHost(), world.chance(0.3));
      case 3, 4 -> pauseReplica(liveHost());
      case 5 -> pauseReplica(otherHost());
      case 6 -> blockFor(liveHost(), otherHost(), world.chance(0.6));
      case 7 -> losePath();
      case 8 -> blockFor(anyHost(), anyHost(), world.chance(0.5));
      case 9 -> breakSome();
      case 14 -> loseSome();
      case 10 -> restartServer(world.between(World.MILLI, 700 * World.MILLI), world.chance(0.3));
      case 11 -> stopServer();
      case 12 -> slowReplica();
      default -> restartProxy();
    }
  }

  /** As {@link #one}, of kinds that were added later, from their own chance. */
  private void oneOfTheLater() {
    switch (world.later.nextInt(6)) {
      case 0, 1 -> isolate(liveHost());
      case 2 -> isolate(otherHost());
      case 3 -> isolateFromDecisions(liveHost());
      case 4 -> isolateFromDecisions(otherHost());
      default -> isolate(world.later.nextInt(Net.HOSTS));
    }
  }

  /** A host has no link to any other. */
  private void isolate(int host) {
    world.tell("isolated: " + host);
    sim.coverage.count(Coverage.Event.ISOLATED);
    List<Integer> others = new ArrayList<>();
    for (int other = 0; other < Net.HOSTS; other++) {
      if (other != host) {
        others.add(other);
      }
    }
    blockAll(host, others);
  }

  /** It reaches disks and proxy, and neither the other replicas nor the arbiter. */
  private void isolateFromDecisions(int host) {
    world.tell("isolated from replicas and arbiter: " + host);
    sim.coverage.count(Coverage.Event.ISOLATED_FROM_DECISIONS);
    List<Integer> others = new ArrayList<>(List.of(Net.ARBITER));
    for (int other = 0; other < Net.REPLICAS; other++) {
      if (other != host) {
        others.add(other);
      }
    }
    blockAll(host, others);
  }

  private void blockAll(int host, List<Integer> others) {
    others.forEach(other -> blockBothWays(host, other, true));
    boolean breaks = world.later.nextInt(3) == 0;
    unlessMended(
        world.later.nextLong(World.MILLI, 700 * World.MILLI),
        () -> {
          world.tell("isolated no longer: " + host);
          others.forEach(other -> blockBothWays(host, other, false));
          if (breaks) {
            others.forEach(other -> sim.net.breakBetween(host, other));
          }
        });
  }

  private void blockBothWays(int a, int b, boolean block) {
    sim.net.block(a, b, block);
    sim.net.block(b, a, block);
  }

  /** The server dies between its next grant and the answer; a claim follows, to have one. */
  private void loseGrant() {
    world.tell("the next grant will be lost");
    sim.server.dieAfterNextGrant();
    if (world.chance(0.5)) {
      sim.net.breakBetween(liveHost(), otherHost());
    } else {
      crashReplica(liveHost(), false);
    }
  }

  /** Something breaks in the middle of the next state transfer, or just around its cut. */
  private void disturbNextTransfer() {
    boolean atCut = world.chance(0.6);
    long delay = atCut ? world.between(0, 4 * World.MILLI) : world.between(0, 60 * World.MILLI);
    sim.atNextTransfer(
        atCut ? "cut" : "began",
        () ->
            world.after(
                delay,
                () -> {
                  if (!over) {
                    disturb();
                  }
                }));
    if (world.chance(0.5)) {
      crashReplica(otherHost(), world.chance(0.3));
    }
  }

  private void askSwitch() {
    world.tell("a switch is asked for");
    ask(new ReplicaEvent.SwitchWanted());
  }

  /** Something breaks while the roles are switched. */
  private void disturbNextSwitch() {
    long delay = world.between(0, 5 * World.MILLI);
    sim.atNextSwitch(
        world.chance(0.5) ? "handed over" : "taking over",
        () ->
            world.after(
                delay,
                () -> {
                  if (!over) {
                    disturb();
                  }
                }));
    askSwitch();
  }

  /** The live replica's way to the proxy or the disk server is lost, one way or both. */
  private void losePath() {
    int end = world.chance(0.5) ? Net.PROXY : Net.SERVER;
    boolean outwards = world.chance(0.5);
    int live = liveHost();
    blockFor(outwards ? live : end, outwards ? end : live, world.chance(0.4));
  }

  private void pauseGuest() {
    world.tell("the operator pauses the guest");
    ask(new ReplicaEvent.PauseWanted());
    world.after(world.between(World.MILLI, 150 * World.MILLI), this::resumeGuest);
  }

  private void resumeGuest() {
    ask(new ReplicaEvent.ResumeWanted());
  }

  private void resetGuest() {
    if (world.chance(0.2)) {
      world.tell("the operator resets the guest");
      ask(new ReplicaEvent.ResetWanted());
    }
  }

  private void ask(ReplicaEvent.Control control) {
    sim.live().ifPresent(node -> node.input(control));
  }

  private void disturb() {
    switch (world.random.nextInt(6)) {
      case 0 -> crashReplica(liveHost(), world.chance(0.3));
      case 1 -> crashReplica(otherHost(), world.chance(0.3));
      case 2 -> sim.net.breakBetween(liveHost(), otherHost());
      case 3 -> restartServer(world.between(World.MILLI, 80 * World.MILLI), world.chance(0.3));
      case 4 -> blockFor(Net.SERVER, liveHost(), world.chance(0.5));
      default -> pauseReplica(world.chance(0.5) ? liveHost() : otherHost());
    }
  }

  private void stopServer() {
    if (sim.server.isUp()) {
      sim.server.stop();
      world.after(world.between(World.MILLI, 250 * World.MILLI), () -> sim.server.resume());
    }
  }

  private void failDisk() {
    world.tell("the disk fails now and then");
    sim.server.fail(0.3, sim.hasLaterFaults());
    world.after(
        world.between(10 * World.MILLI, 200 * World.MILLI), () -> sim.server.fail(0, false));
  }

  private void slowReplica() {
    int host = otherHost();
    if (sim.isStarted(host)) {
      ReplicaNode node = sim.node(host);
      world.tell(node.name() + " is slow");
      node.slow(world.between(1, 40));
      world.after(world.between(20 * World.MILLI, 300 * World.MILLI), node::fullSpeed);
    }
  }

  private int anyHost() {
    return world.random.nextInt(Net.HOSTS);
  }

  private int liveHost() {
    return sim.live().map(node -> node.host).orElse(world.random.nextInt(Net.REPLICAS));
  }

  private int otherHost() {
    return (liveHost() + 1 + world.random.nextInt(Net.REPLICAS - 1)) % Net.REPLICAS;
  }

  private void crashReplica(int host, boolean silently) {
    if (!sim.isStarted(host)) {
      return;
    }
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
    if (!sim.isStarted(host)) {
      return;
    }
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
    unlessMended(
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

  /** The end of a fault that may do harm itself: it would be one more fault once all is mended. */
  private void unlessMended(long nanos, Runnable end) {
    long before = mendings;
    world.after(
        nanos,
        () -> {
          if (mendings == before) {
            end.run();
          }
        });
  }

  private void breakSome() {
    int a = anyHost();
    int b = anyHost();
    world.tell("connections break between " + a + " and " + b);
    sim.net.breakBetween(a, b);
  }

  /** One side takes the connections between two for lost, and makes others beside the old ones. */
  private void loseSome() {
    int told = world.chance(0.5) ? anyHost() : otherHost();
    int other = world.chance(0.5) ? anyHost() : liveHost();
    world.tell("connections between " + told + " and " + other + " are lost for " + told);
    sim.net.loseBetween(told, other);
  }

  private void loseDials() {
    world.tell("dials are lost when they were accepted");
    sim.net.loseDials(0.4);
    world.after(world.between(10 * World.MILLI, 300 * World.MILLI), () -> sim.net.loseDials(0));
  }

  private void restartServer(long down, boolean silently) {
    if (sim.server.isUp()) {
      sim.server.crash(silently);
      world.after(down, sim.server::start);
    }
  }

  private void restartProxy() {
    sim.proxy.crash(world.chance(0.3));
    world.after(world.between(World.MILLI, 150 * World.MILLI), sim.proxy::start);
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
    int live = liveHost();
    int other = otherHost();
    int host = world.chance(0.5) ? live : other;
    world.tell("a claim will be asked, its answer lost");
    sim.net.breakBetween(live, other);
    sim.net.block(Net.SERVER, host, true);
    boolean lost = world.chance(0.5);
    unlessMended(
        world.between(World.MILLI, 60 * World.MILLI),
        () -> {
          if (lost) {
            sim.net.breakBetween(Net.SERVER, host);
          }
          sim.net.block(Net.SERVER, host, false);
          if (world.chance(0.3)) {
            restartServer(World.MILLI, false);
          }
        });
  }

  /** Everything is mended: what is down starts, what is stopped continues. */
  void heal() {
    world.tell("everything is mended");
    over = true;
    mendings++;
    for (int from = 0; from < Net.HOSTS; from++) {
      for (int to = 0; to < Net.HOSTS; to++) {
        sim.net.block(from, to, false);
        sim.net.delay(from, to, 0);
      }
    }
    sim.net.loseDials(0);
    sim.server.slow(0);
    sim.server.fail(0, false);
    sim.server.resume();
    sim.server.start();
    sim.proxy.start();
    for (int host = 0; host < Net.REPLICAS; host++) {
      if (sim.isStarted(host)) {
        sim.node(host).resume();
        sim.node(host).fullSpeed();
      }
    }
  }

  /** Whoever is live after the mending may know of a pause and not of its end. */
  void resumePaused() {
    if (sim.live().map(node -> node.status().paused()).orElse(false)) {
      resumeGuest();
    }
  }

  /** Starts what is down, as an operator's supervisor would. */
  void restartDead() {
    for (int host = 0; host < Net.REPLICAS; host++) {
      if (!sim.isStarted(host) || !sim.node(host).isAlive()) {
        sim.start(host);
      }
    }
  }
}
