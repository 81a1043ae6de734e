package lockstep.ft.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import lockstep.ft.core.ReplicaConfig.StartRule;
import lockstep.ft.core.ReplicaEvent;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A death before every single event of a run, where random faults only come near. */
final class DeathAtEveryEventTest {
  private static final long SECOND = 1_000 * World.MILLI;

  /** Between two deaths in the fast tests; a prime, so that nothing periodic is always missed. */
  private static final int STRIDE = 23;

  enum Victim {
    LIVE,
    OTHER,
    DISK_SERVER,
    PROXY
  }

  @ParameterizedTest
  @EnumSource
  void ofASwitch(Victim victim) {
    sweepSwitch(victim, STRIDE);
  }

  @ParameterizedTest
  @EnumSource
  @Tag("slow")
  void ofASwitchWithoutAGap(Victim victim) {
    sweepSwitch(victim, 1);
  }

  @ParameterizedTest
  @EnumSource
  void ofATransfer(Victim victim) {
    sweepTransfer(victim, STRIDE);
  }

  @ParameterizedTest
  @EnumSource
  @Tag("slow")
  void ofATransferWithoutAGap(Victim victim) {
    sweepTransfer(victim, 1);
  }

  private static void sweepSwitch(Victim victim, int stride) {
    Simulation whole = switching();
    long from = whole.world.events();
    whole.serve(5, SECOND);
    assertEquals(1, whole.coverage.of(Coverage.Event.ROLES_SWITCHED));
    long events = whole.world.events() - from;
    for (long event = 0; event < events; event += stride) {
      Simulation sim = switching();
      sim.world.runEvents(event);
      die(sim, victim);
      assertEquals(1, sim.checker.guestGeneration(), victim + " at event " + event);
    }
  }

  private static Simulation switching() {
    Simulation sim = new Simulation(5);
    sim.startPair();
    sim.serve(3, SECOND);
    sim.live().orElseThrow().input(new ReplicaEvent.SwitchWanted());
    return sim;
  }

  private static void sweepTransfer(Victim victim, int stride) {
    Simulation whole = transferring();
    long from = whole.world.events();
    whole.protect(SECOND);
    long events = whole.world.events() - from;
    for (long event = 0; event < events; event += stride) {
      Simulation sim = transferring();
      sim.world.runEvents(event);
      die(sim, victim);
      boolean wasAlone = victim == Victim.LIVE; // then it is lost, unless it was enlisted just so
      long generation = sim.checker.guestGeneration();
      assertTrue(generation == 1 || wasAlone, victim + " at event " + event);
    }
  }

  private static Simulation transferring() {
    Simulation sim = new Simulation(5);
    sim.startRule(StartRule.ALONE);
    sim.start(0);
    sim.serve(3, SECOND);
    sim.startRule(StartRule.WITH_BACKUP);
    sim.start(1);
    return sim;
  }

  /** It dies, is started again after a while, and all must be well. */
  private static void die(Simulation sim, Victim victim) {
    int live = sim.live().map(node -> node.host).orElse(0);
    switch (victim) {
      case LIVE -> sim.node(live).crash(false);
      case OTHER -> sim.node(1 - live).crash(false);
      case DISK_SERVER -> sim.server.crash(false);
      case PROXY -> sim.proxy.crash(false);
    }
    sim.runFor(30 * World.MILLI);
    sim.server.start();
    sim.proxy.start();
    for (int host = 0; host < 2; host++) {
      if (!sim.node(host).isAlive()) {
        sim.start(host);
      }
    }
    sim.serve(5, 3 * SECOND);
    for (int host = 0; host < 2; host++) {
      if (!sim.node(host).isAlive()) {
        sim.start(host); // it was replaced, and has ended
      }
    }
    sim.protect(3 * SECOND);
  }
}
