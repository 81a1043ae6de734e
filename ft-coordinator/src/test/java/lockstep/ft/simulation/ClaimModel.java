package lockstep.ft.simulation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import lockstep.ft.arbiter.ArbiterRecord;
import lockstep.ft.arbiter.ArbiterReply;
import lockstep.ft.arbiter.ArbiterRequest;
import lockstep.ft.arbiter.ArbiterRules;
import lockstep.ft.arbiter.ArbiterState;
import lockstep.ft.arbiter.Member;
import lockstep.ft.arbiter.ReplicaId;
import lockstep.ft.core.Effect;
import lockstep.ft.core.Replica;
import lockstep.ft.core.ReplicaConfig;
import lockstep.ft.core.ReplicaConfig.StartRule;
import lockstep.ft.core.ReplicaEvent;
import lockstep.ft.core.ReplicaStatus;
import lockstep.ft.core.Role;
import lockstep.ft.log.LogChannelMessage;
import lockstep.ft.log.Payload;
import lockstep.ft.machine.Bytes;

/**
 * Two replicas and an arbiter without a clock: what happens next is chosen, not timed. It begins
 * with replica 0 live and replica 1 dialling it; from there, everything is a {@link Choice}.
 */
final class ClaimModel {
  private static final long LEASE_MILLIS = 1L << 40;
  private static final long STEPS_PER_SLICE = 1;
  private static final long CHANNEL = 1;

  /**
   * How much may go wrong, and happen at all.
   *
   * @param crashes of each replica
   * @param arbiterRestarts all messages to and from it that are under way are lost
   * @param channelBreaks of the log channel
   * @param slices that the guest runs
   * @param switches asked for, of either replica
   */
  record Budget(int crashes, int arbiterRestarts, int channelBreaks, int slices, int switches) {}

  /** What is broken on purpose, to see that the search notices. */
  enum Break {
    NOTHING,
    /** Outputs do not wait for their acknowledgement. */
    FORGED_ACKS,
    /** A sealed backup acknowledges what still comes. */
    ACKS_AFTER_SEAL,
    /** The arbiter grants every claim. */
    EVERY_CLAIM_GRANTED,
    /** Claims do not reach the arbiter. */
    CLAIMS_LOST
  }

  /**
   * Something that can happen now.
   *
   * @param expected whether it will, in the end; what breaks, or is asked for, may never
   */
  record Choice(String name, boolean expected, Runnable action) {}

  /** One replica's process. */
  private final class Node {
    private final int index;
    private final ReplicaId id;
    private final Replica replica;
    private final ArrayDeque<LogChannelMessage> toPeer = new ArrayDeque<>();
    private final ArrayDeque<ArbiterRequest> asked = new ArrayDeque<>();
    private final ArrayDeque<ArbiterReply> answers = new ArrayDeque<>();
    private boolean alive = true;
    private boolean channelOpen;
    private boolean watches;
    private boolean connected = true;
    private long marksReceived;

    Node(int index) {
      this.index = index;
      this.id = new ReplicaId(0, index + 1L);
      ReplicaConfig config =
          new ReplicaConfig(
              Simulation.VM,
              new Member(id, "host:" + index, ""),
              1,
              "digest",
              List.of(),
              index == 0 ? StartRule.WITH_BACKUP : StartRule.NEVER,
              Bytes.EMPTY,
              0,
              Simulation.LIMITS,
              false);
      this.replica = new Replica(config, new TickingMachine(), 0);
    }

    ReplicaStatus status() {
      return replica.status(0);
    }

    void event(ReplicaEvent event) {
      Role before = replica.role();
      if (event instanceof ReplicaEvent.PeerSaid(long _, LogChannelMessage.Entries batch)
          && (before == Role.CANDIDATE || before == Role.BACKUP)) {
        batch
            .entries()
            .forEach(
                entry -> {
                  if (entry.payload() instanceof Payload.OutputMade(long output)) {
                    marksReceived = Math.max(marksReceived, output + 1);
                  }
                });
      }
      long releasedBefore = status().outputsReleased();
      List<Effect> effects = new ArrayList<>();
      if (broken == Break.FORGED_ACKS && before == Role.PRIMARY && channelOpen) {
        LogChannelMessage ack = new LogChannelMessage.Ack(status().nextLsn(), status().position());
        replica.onEvent(new ReplicaEvent.PeerSaid(CHANNEL, ack), 0, effects::add);
      }
      if (broken == Break.ACKS_AFTER_SEAL
          && before == Role.SEALED
          && event instanceof ReplicaEvent.PeerSaid(long _, LogChannelMessage.Entries late)) {
        long next = late.entries().getLast().lsn() + 1;
        toPeer.addLast(new LogChannelMessage.Ack(next, status().position()));
      }
      replica.onEvent(event, 0, effects::add);
      ReplicaStatus after = status();
      if (after.role().isLive() && after.outputsReleased() > releasedBefore) {
        released(this, after);
      }
      effects.forEach(this::perform);
    }

    private void perform(Effect effect) {
      switch (effect) {
        case Effect.AskArbiter(ArbiterRequest.Renew _) -> {} // the lease is no part of the model
        case Effect.AskArbiter ask -> {
          boolean claims = ask.request() instanceof ArbiterRequest.Claim;
          if (connected && !(claims && broken == Break.CLAIMS_LOST)) {
            asked.addLast(ask.request());
          }
        }
        case Effect.DialPeer _ -> dialled = true;
        case Effect.SendToPeer send -> {
          noteHandOver(this, send.message());
          if (channelOpen) {
            toPeer.addLast(send.message());
          }
        }
        case Effect.ClosePeer _ -> channelOpen = false;
        case Effect.Halt _ -> {
          alive = false;
          channelOpen = false;
        }
        case Effect.AttachDisk _,
            Effect.DetachDisk _,
            Effect.SubmitDisk _,
            Effect.AnnounceLive _,
            Effect.SendFrame _,
            Effect.WriteConsole _,
            Effect.DrawEntropy _,
            Effect.Logged _,
            Effect.RoleChanged _,
            Effect.TransferTold _,
            Effect.Noted _,
            Effect.RolesSwitched _,
            Effect.DivergenceFound _,
            Effect.StartedAnew _,
            Effect.Hashed _ -> {}
      }
    }
  }

  /** Whoever hands over has made all that it has let out. */
  private void noteHandOver(Node node, LogChannelMessage message) {
    boolean handsOver =
        message instanceof LogChannelMessage.Entries batch
            && batch.entries().stream()
                .anyMatch(entry -> entry.payload() instanceof Payload.HandedOver);
    if (handsOver) {
      node.marksReceived = node.status().outputsMade();
    }
  }

  private final ArbiterRules rules = new ArbiterRules(LEASE_MILLIS);
  private final Break broken;
  private final Node[] nodes = {new Node(0), new Node(1)};
  private final List<ArbiterRecord> records = new ArrayList<>();
  private ArbiterState state = ArbiterState.vacant(Simulation.VM);
  private boolean dialled;
  private boolean channelMade;
  private long releasedInAll;
  private final int[] crashesLeft;
  private int arbiterRestartsLeft;
  private int channelBreaksLeft;
  private int slicesLeft;
  private int switchesLeft;

  ClaimModel(Budget budget, Break broken) {
    this.broken = broken;
    crashesLeft = new int[] {budget.crashes(), budget.crashes()};
    arbiterRestartsLeft = budget.arbiterRestarts();
    channelBreaksLeft = budget.channelBreaks();
    slicesLeft = budget.slices();
    switchesLeft = budget.switches();
    records.add(state.record());
    for (Node node : nodes) {
      node.event(new ReplicaEvent.ArbiterUp());
      settle(node);
    }
  }

  private void settle(Node node) {
    while (!node.asked.isEmpty() || !node.answers.isEmpty()) {
      if (!node.asked.isEmpty()) {
        decide(node);
      } else {
        node.event(new ReplicaEvent.ArbiterAnswered(node.answers.removeFirst()));
      }
    }
  }

  /** What can happen now, in an order that depends on the state only. */
  List<Choice> choices() {
    List<Choice> choices = new ArrayList<>();
    if (dialled && !channelMade && nodes[0].alive && nodes[1].alive) {
      choices.add(new Choice("channel opens", true, this::openChannel));
    }
    for (Node node : nodes) {
      addChoicesOf(node, choices);
    }
    if (arbiterRestartsLeft > 0) {
      choices.add(new Choice("arbiter restarts", false, this::restartArbiter));
    }
    boolean channelIsOpen = nodes[0].channelOpen || nodes[1].channelOpen;
    if (channelBreaksLeft > 0 && channelMade && channelIsOpen) {
      choices.add(new Choice("channel breaks", false, this::breakChannel));
    }
    return choices;
  }

  private void addChoicesOf(Node node, List<Choice> choices) {
    Node other = nodes[1 - node.index];
    String name = "replica " + node.index;
    if (!node.asked.isEmpty()) {
      choices.add(new Choice("arbiter hears " + name, true, () -> decide(node)));
    }
    if (!node.alive) {
      if (other.channelOpen && other.alive && channelMade && node.toPeer.isEmpty()) {
        choices.add(new Choice(name + "'s end is noticed", true, () -> closeAt(other)));
      }
      addDelivery(node, other, choices);
      return;
    }
    if (!node.answers.isEmpty()) {
      choices.add(
          new Choice(
              name + " is answered",
              true,
              () -> node.event(new ReplicaEvent.ArbiterAnswered(node.answers.removeFirst()))));
    }
    if (!node.connected) {
      choices.add(new Choice(name + " asks again", true, () -> reconnect(node)));
    }
    addDelivery(node, other, choices);
    if (node.channelOpen && !other.channelOpen && channelMade && other.toPeer.isEmpty()) {
      choices.add(new Choice(name + " sees the channel closed", true, () -> closeAt(node)));
    }
    boolean live = node.status().role().isLive();
    if (node.replica.wantsToRun(0) && (!live || slicesLeft > 0)) {
      choices.add(
          new Choice(
              name + " runs",
              true,
              () -> {
                slicesLeft -= live ? 1 : 0;
                node.event(new ReplicaEvent.RunSlice(STEPS_PER_SLICE));
              }));
    }
    ReplicaEvent.SwitchWanted wanted = new ReplicaEvent.SwitchWanted();
    if (switchesLeft > 0 && node.replica.refusal(wanted).isEmpty()) {
      choices.add(
          new Choice(
              name + " is asked to switch",
              false,
              () -> {
                switchesLeft--;
                node.event(wanted);
              }));
    }
    if (crashesLeft[node.index] > 0) {
      choices.add(
          new Choice(
              name + " crashes",
              false,
              () -> {
                crashesLeft[node.index]--;
                node.alive = false;
                node.channelOpen = false;
                node.answers.clear();
              }));
    }
  }

  private static void addDelivery(Node from, Node to, List<Choice> choices) {
    if (!from.toPeer.isEmpty() && to.alive) {
      choices.add(
          new Choice(
              "replica " + to.index + " hears " + from.toPeer.getFirst().getClass().getSimpleName(),
              true,
              () -> to.event(new ReplicaEvent.PeerSaid(CHANNEL, from.toPeer.removeFirst()))));
    }
  }

  private void openChannel() {
    channelMade = true;
    for (Node node : nodes) {
      node.channelOpen = true;
    }
    nodes[0].event(new ReplicaEvent.PeerUp(CHANNEL, false));
    nodes[1].event(new ReplicaEvent.PeerUp(CHANNEL, true));
  }

  private void breakChannel() {
    channelBreaksLeft--;
    for (Node node : nodes) {
      node.toPeer.clear();
    }
    // Each side notices by itself.
    nodes[0].channelOpen = false;
    closeAt(nodes[1]);
    nodes[0].channelOpen = nodes[0].alive;
  }

  private void closeAt(Node node) {
    node.channelOpen = false;
    if (node.alive) {
      node.event(new ReplicaEvent.PeerDown(CHANNEL));
    }
  }

  private void decide(Node node) {
    ArbiterRequest request = node.asked.removeFirst();
    if (request instanceof ArbiterRequest.Watch) {
      node.watches = true;
    }
    if (broken == Break.EVERY_CLAIM_GRANTED && request instanceof ArbiterRequest.Claim claim) {
      grantAnyway(node, claim);
      return;
    }
    ArbiterRules.Decision decision = rules.decide(state, Long.MAX_VALUE / 2, request, 0);
    node.answers.addLast(decision.reply());
    if (decision.changed()) {
      state = decision.state();
      records.add(state.record());
      for (Node watcher : nodes) {
        if (watcher.watches && watcher.alive) {
          watcher.answers.addLast(new ArbiterReply.Current(state.record(), LEASE_MILLIS));
        }
      }
    }
  }

  private void grantAnyway(Node node, ArbiterRequest.Claim claim) {
    ArbiterRecord record =
        new ArbiterRecord(
            claim.vm(),
            claim.epoch() + 1,
            Optional.of(claim.claimant()),
            Optional.empty(),
            state.record().guestGeneration());
    if (record.epoch() == records.size()) {
      records.add(record);
    }
    node.answers.addLast(new ArbiterReply.Granted(claim.nonce(), record, LEASE_MILLIS));
  }

  private void restartArbiter() {
    arbiterRestartsLeft--;
    for (Node node : nodes) {
      node.asked.clear();
      node.answers.clear();
      node.watches = false;
      node.connected = false;
    }
  }

  private void reconnect(Node node) {
    node.connected = true;
    node.event(new ReplicaEvent.ArbiterUp());
  }

  // What must hold.

  private void released(Node by, ReplicaStatus status) {
    ArbiterRecord record = records.get((int) status.epoch());
    Checker.require(
        record.live().map(member -> member.id().equals(by.id)).orElse(false),
        "replica " + by.index + " releases at epoch " + status.epoch() + ", not being live then");
    if (record.backup().isPresent()) {
      Checker.require(
          status.outputsReleased() <= nodes[1 - by.index].marksReceived,
          "released what its backup has not received");
    }
    releasedInAll = Math.max(releasedInAll, status.outputsReleased());
  }

  /** After each step. */
  void check() {
    for (Node node : nodes) {
      ReplicaStatus status = node.status();
      // Who was replaced and has not heard of it releases nothing, and knows of nothing since.
      boolean isReplaced = status.epoch() < state.record().epoch();
      boolean isLive = status.role() == Role.ALONE || status.role() == Role.PRIMARY;
      if (node.alive && isLive && !isReplaced) {
        Checker.require(
            status.outputsMade() >= releasedInAll,
            "replica " + node.index + " is live without having made what was released");
      }
    }
    boolean both = Role.ALONE == nodes[0].status().role() && Role.ALONE == nodes[1].status().role();
    Checker.require(
        !both || nodes[0].status().epoch() != nodes[1].status().epoch(), "two live at one epoch");
  }

  /** When nothing more has to happen: whoever could go on has gone on. */
  void checkEnd() {
    Optional<ReplicaId> live = state.record().live().map(Member::id);
    for (Node node : nodes) {
      boolean recorded = live.equals(Optional.of(node.id));
      if (!node.alive || !recorded) {
        Checker.require(
            !node.alive || !node.status().role().isLive(),
            "replica " + node.index + " believes to be live for ever");
      } else {
        Checker.require(
            node.status().role().isLive(), "the recorded live replica is " + node.status().role());
      }
      Role role = node.status().role();
      boolean waits = node.alive && (role == Role.SEALED || role == Role.TAKING_OVER);
      Checker.require(!waits, "a claim is never answered");
      Checker.require(
          !node.alive || role != Role.HANDING_OVER, "what is handed over is never taken over");
    }
  }

  /** All that tells one state from another, as far as it shows. */
  String fingerprint() {
    StringBuilder print = new StringBuilder();
    for (Node node : nodes) {
      print
          .append(node.alive ? node.status() : "dead")
          .append(node.toPeer)
          .append(node.alive ? node.asked : List.of())
          .append(node.asked.size())
          .append(node.alive ? node.answers : List.of())
          .append(node.channelOpen)
          .append(node.watches)
          .append(node.connected)
          .append(node.marksReceived)
          .append(crashesLeft[node.index])
          .append('|');
    }
    return print
        .append(state)
        .append(dialled)
        .append(channelMade)
        .append(releasedInAll)
        .append(arbiterRestartsLeft)
        .append(channelBreaksLeft)
        .append(slicesLeft)
        .append(' ')
        .append(switchesLeft)
        .toString();
  }
}
