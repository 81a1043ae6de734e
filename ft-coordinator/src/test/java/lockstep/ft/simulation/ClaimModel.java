package lockstep.ft.simulation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
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
import lockstep.ft.log.LogEntry;
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
  private static final String[] NAMES = {"replica 0", "replica 1"};

  /**
   * How much may go wrong, and happen at all.
   *
   * @param crashes of each replica
   * @param arbiterRestarts all messages to and from it that are under way are lost
   * @param channelBreaks of the log channel: what is sent from then on is lost; what is under way
   *     still comes, until the end is seen, by each side when it happens to look
   * @param silences a replica takes the other for dead, on a channel that is not broken
   * @param slices that the guest runs
   * @param switches asked for, of either replica
   */
  record Budget(
      int crashes,
      int arbiterRestarts,
      int channelBreaks,
      int silences,
      int slices,
      int switches) {}

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
    CLAIMS_LOST,
    /** Nor do requests to switch roles. */
    TAKE_OVERS_LOST,
    /** What a backup has acknowledged is lost before it is executed. */
    LOST_BEHIND_THE_ACK
  }

  /** Without a clock nothing follows from them. */
  private static final Set<String> OF_NO_CONSEQUENCE =
      Set.of("ReplicaConfig", "Limits", "FailureDetector", "Evidence", "SavedStates", "LeaseGuard");

  /**
   * Something that can happen now.
   *
   * @param expected whether it will, in the end; what breaks, or is asked for, may never
   * @param action does it to a model that has come to the same state
   */
  record Choice(String name, boolean expected, Consumer<ClaimModel> action) {}

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
      if (broken == Break.LOST_BEHIND_THE_ACK
          && before == Role.BACKUP
          && event instanceof ReplicaEvent.PeerSaid(long _, LogChannelMessage.Entries lost)) {
        long next = lost.entries().getLast().lsn() + 1;
        noteMarks(lost, next);
        toPeer.addLast(new LogChannelMessage.Ack(next, status().position()));
        return;
      }
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
      boolean takes = after.role() == Role.CANDIDATE || after.role() == Role.BACKUP;
      if (takes
          && event instanceof ReplicaEvent.PeerSaid(long _, LogChannelMessage.Entries batch)) {
        noteMarks(batch, after.nextLsn());
      }
      for (Effect effect : effects) {
        if (effect instanceof Effect.WriteConsole(long output, long _, Bytes _)) {
          released(this, after.epoch(), output);
        }
        perform(effect);
      }
    }

    /** What has become part of the log, which goes on at {@code nextLsn}, was received. */
    private void noteMarks(LogChannelMessage.Entries batch, long nextLsn) {
      for (LogEntry entry : batch.entries()) {
        if (entry.lsn() < nextLsn && entry.payload() instanceof Payload.OutputMade(long output)) {
          marksReceived = Math.max(marksReceived, output + 1);
        }
      }
    }

    private Node other() {
      return nodes[1 - index];
    }

    /** The process is gone; what is on its way to it comes nowhere. */
    private void end() {
      alive = false;
      channelOpen = false;
      answers.clear();
      other().toPeer.clear();
    }

    private void perform(Effect effect) {
      switch (effect) {
        case Effect.AskArbiter(ArbiterRequest.Renew _) -> {} // the lease is no part of the model
        case Effect.AskArbiter ask -> {
          boolean lost =
              switch (ask.request()) {
                case ArbiterRequest.Claim _ -> broken == Break.CLAIMS_LOST;
                case ArbiterRequest.TakeOver _ -> broken == Break.TAKE_OVERS_LOST;
                default -> false;
              };
          if (connected && !lost) {
            asked.addLast(ask.request());
          }
        }
        case Effect.DialPeer _ -> dialled = true;
        case Effect.SendToPeer send -> {
          noteHandOver(this, send.message());
          if (channelOpen && !channelBroken && other().alive) {
            toPeer.addLast(send.message());
          }
        }
        case Effect.ClosePeer _ -> channelOpen = false;
        case Effect.Halt _ -> end();
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
  private boolean channelBroken;
  private long releasedInAll;
  private final int[] crashesLeft;
  private int arbiterRestartsLeft;
  private int channelBreaksLeft;
  private int silencesLeft;
  private int slicesLeft;
  private int switchesLeft;

  ClaimModel(Budget budget, Break broken) {
    this.broken = broken;
    crashesLeft = new int[] {budget.crashes(), budget.crashes()};
    arbiterRestartsLeft = budget.arbiterRestarts();
    channelBreaksLeft = budget.channelBreaks();
    silencesLeft = budget.silences();
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
      choices.add(new Choice("channel opens", true, ClaimModel::openChannel));
    }
    for (Node node : nodes) {
      addChoicesOf(node, choices);
    }
    if (arbiterRestartsLeft > 0) {
      choices.add(new Choice("arbiter restarts", false, ClaimModel::restartArbiter));
    }
    boolean channelIsOpen = nodes[0].channelOpen || nodes[1].channelOpen;
    if (channelBreaksLeft > 0 && channelIsOpen && !channelBroken) {
      choices.add(new Choice("channel breaks", false, ClaimModel::breakChannel));
    }
    return choices;
  }

  private void addChoicesOf(Node node, List<Choice> choices) {
    if (!node.asked.isEmpty()) {
      add(choices, node, " is heard by the arbiter", true, ClaimModel::decide);
    }
    if (!node.toPeer.isEmpty()) {
      String what = node.toPeer.getFirst().getClass().getSimpleName();
      add(choices, node.other(), " hears " + what, true, ClaimModel::deliver);
    }
    if (!node.alive) {
      return;
    }
    if (!node.answers.isEmpty()) {
      add(choices, node, " is answered", true, ClaimModel::answer);
    }
    if (!node.connected) {
      add(choices, node, " asks again", true, ClaimModel::reconnect);
    }
    addChannelEnd(node, choices);
    boolean live = node.replica.role().isLive();
    if (node.replica.wantsToRun(0) && (!live || slicesLeft > 0)) {
      add(choices, node, " runs", true, ClaimModel::runSlice);
    }
    if (switchesLeft > 0 && node.replica.refusal(new ReplicaEvent.SwitchWanted()).isEmpty()) {
      add(choices, node, " is asked to switch", false, ClaimModel::askSwitch);
    }
    if (crashesLeft[node.index] > 0) {
      add(choices, node, " crashes", false, ClaimModel::crash);
    }
  }

  /**
   * How a replica's end of the channel may come to its end: what the other has closed, after all
   * that was sent before; what broke, or whose other host is gone, at any time.
   */
  private void addChannelEnd(Node node, List<Choice> choices) {
    if (!node.channelOpen) {
      return;
    }
    Node other = node.other();
    if (channelBroken || !other.alive) {
      add(choices, node, " sees the channel broken", true, ClaimModel::seeBroken);
    } else if (!other.channelOpen && other.toPeer.isEmpty()) {
      add(choices, node, " sees the channel closed", true, ClaimModel::close);
    }
    if (silencesLeft > 0) {
      add(choices, node, " takes the other for dead", false, ClaimModel::takeForDead);
    }
  }

  private static void add(
      List<Choice> choices,
      Node node,
      String what,
      boolean expected,
      BiConsumer<ClaimModel, Node> action) {
    int index = node.index;
    choices.add(
        new Choice(
            NAMES[index] + what, expected, model -> action.accept(model, model.nodes[index])));
  }

  private void deliver(Node to) {
    to.event(new ReplicaEvent.PeerSaid(CHANNEL, to.other().toPeer.removeFirst()));
  }

  private void answer(Node node) {
    node.event(new ReplicaEvent.ArbiterAnswered(node.answers.removeFirst()));
  }

  private void runSlice(Node node) {
    slicesLeft -= node.replica.role().isLive() ? 1 : 0;
    node.event(new ReplicaEvent.RunSlice(STEPS_PER_SLICE));
  }

  private void askSwitch(Node node) {
    switchesLeft--;
    node.event(new ReplicaEvent.SwitchWanted());
  }

  private void crash(Node node) {
    crashesLeft[node.index]--;
    node.end();
  }

  private void seeBroken(Node node) {
    node.other().toPeer.clear();
    close(node);
  }

  private void takeForDead(Node node) {
    silencesLeft--;
    close(node);
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
    channelBroken = true;
  }

  private void close(Node node) {
    node.channelOpen = false;
    node.event(new ReplicaEvent.PeerDown(CHANNEL));
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

  private void released(Node by, long epoch, long output) {
    ArbiterRecord record = records.get((int) epoch);
    Checker.require(
        record.live().map(member -> member.id().equals(by.id)).orElse(false),
        "replica " + by.index + " releases at epoch " + epoch + ", not being live then");
    if (record.backup().isPresent()) {
      Checker.require(
          output < by.other().marksReceived, "released what its backup has not received");
    }
    releasedInAll = Math.max(releasedInAll, output + 1);
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

  /** All that tells one state from another, hidden or not. */
  HiddenState.Digest fingerprint() {
    List<Object> all = new ArrayList<>();
    for (Node node : nodes) {
      all.add(node.toPeer);
      all.add(node.asked);
      all.add(node.alive);
      if (node.alive) {
        all.add(node.replica);
        all.add(node.answers);
        all.add(node.channelOpen);
        all.add(node.watches);
        all.add(node.connected);
      }
      all.add(node.marksReceived);
    }
    all.addAll(
        List.of(state, records, dialled, channelMade, channelBroken, releasedInAll, crashesLeft));
    all.addAll(
        List.of(arbiterRestartsLeft, channelBreaksLeft, silencesLeft, slicesLeft, switchesLeft));
    return HiddenState.of(all, OF_NO_CONSEQUENCE);
  }
}
