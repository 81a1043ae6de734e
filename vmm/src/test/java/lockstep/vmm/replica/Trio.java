package lockstep.vmm.replica;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import lockstep.ft.arbiter.ArbiterReply;
import lockstep.ft.arbiter.ArbiterRequest;
import lockstep.ft.arbiter.ArbiterRules;
import lockstep.ft.arbiter.ArbiterState;
import lockstep.ft.arbiter.Member;
import lockstep.ft.arbiter.ReplicaId;
import lockstep.ft.core.Divergence;
import lockstep.ft.core.Effect;
import lockstep.ft.core.Replica;
import lockstep.ft.core.ReplicaConfig;
import lockstep.ft.core.ReplicaConfig.Limits;
import lockstep.ft.core.ReplicaEvent;
import lockstep.ft.core.Role;
import lockstep.ft.definition.DefinitionCodec;
import lockstep.ft.machine.Bytes;
import lockstep.vmm.machine.Machine;

/**
 * Replicas with real machines and the real protocol in one thread: messages arrive at once and in
 * order, the arbiter answers at once, time passes by slices. Each keeps divergences in a folder.
 */
final class Trio {
  private static final long SLICE_STEPS = 20_000;
  private static final long SLICE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long LEASE_MILLIS = 30_000;

  /** As production's, with a check every few slices. */
  private static final Limits LIMITS = limits();

  private static Limits limits() {
    Limits usual = Limits.DEFAULT;
    return new Limits(
        usual.heartbeatNanos(),
        usual.silenceNanosMin(),
        usual.silenceNanos(),
        usual.retryNanos(),
        usual.leaseMarginNanos(),
        usual.lagNanosMax(),
        usual.clockStepNanos(),
        usual.diskSilenceNanos(),
        usual.pathNanos(),
        5 * SLICE_STEPS,
        usual.logUnackedBytesMax(),
        usual.logUnexecutedBytesMax(),
        usual.keptWritesBytesMax(),
        usual.inputsPendingBytesMax(),
        usual.evidenceBytesMax(),
        usual.transfer());
  }

  private static final long KEEPING_NANOS_MAX = TimeUnit.MINUTES.toNanos(1);

  /** One end of a log channel. */
  private record End(Node node, long channel) {}

  /** A replica; at its end, nothing reaches it any more. */
  final class Node {
    final ReplicaId id;
    final Machine machine = CountingGuest.machine();
    private final Member self;
    private final Replica replica;
    private final KeptDivergences kept = new KeptDivergences(folder, "toy");
    private final Deque<ReplicaEvent> inbox = new ArrayDeque<>();

    /** By channel, the other end. */
    private final java.util.Map<Long, End> channels = new java.util.HashMap<>();

    private boolean watches;

    private Node(int number) throws IOException {
      id = new ReplicaId((long) number << 32, number);
      self = new Member(id, "host:" + number, "");
      replica =
          new Replica(
              new ReplicaConfig(
                  "toy",
                  self,
                  Machine.VERSION,
                  DefinitionCodec.digest(CountingGuest.DEFINITION),
                  List.of(),
                  ReplicaConfig.StartRule.WITH_BACKUP,
                  Bytes.of(new byte[64]),
                  0,
                  LIMITS,
                  false),
              machine,
              now);
      inbox.add(new ReplicaEvent.ArbiterUp());
    }

    Role role() {
      return replica.role();
    }

    private void turn() {
      while (!inbox.isEmpty()) {
        replica.onEvent(inbox.removeFirst(), now, this::perform);
      }
      replica.onEvent(
          replica.wantsToRun(now)
              ? new ReplicaEvent.RunSlice(SLICE_STEPS)
              : new ReplicaEvent.Tick(),
          now,
          this::perform);
    }

    private void perform(Effect effect) {
      switch (effect) {
        case Effect.AskArbiter ask -> decide(this, ask.request());
        case Effect.DialPeer dial -> connect(this, dial.logEndpoint());
        case Effect.SendToPeer send ->
            Optional.ofNullable(channels.get(send.channel()))
                .ifPresent(
                    far ->
                        far.node.inbox.add(new ReplicaEvent.PeerSaid(far.channel, send.message())));
        case Effect.ClosePeer close ->
            Optional.ofNullable(channels.remove(close.channel()))
                .ifPresent(
                    far -> {
                      far.node.channels.remove(far.channel);
                      far.node.inbox.add(new ReplicaEvent.PeerDown(far.channel));
                    });
        case Effect.DivergenceFound found -> keep(found.divergence());
        case Effect.AttachDisk _,
            Effect.DetachDisk _,
            Effect.SubmitDisk _,
            Effect.AnnounceLive _,
            Effect.SendFrame _,
            Effect.WriteConsole _,
            Effect.DrawEntropy _,
            Effect.Logged _,
            Effect.RoleChanged _,
            Effect.StartedAnew _,
            Effect.TransferTold _,
            Effect.Noted _,
            Effect.RolesSwitched _,
            Effect.Hashed _,
            Effect.Halt _ -> {}
      }
    }

    private void keep(Divergence divergence) {
      files.add(
          kept.keep(
                  divergence,
                  id,
                  KEEPING_NANOS_MAX,
                  out ->
                      DivergenceFile.write(out, CountingGuest.DEFINITION, id, divergence, machine))
              .join());
    }
  }

  private final Path folder;
  private final ArbiterRules rules = new ArbiterRules(LEASE_MILLIS);
  private final List<Node> nodes = new ArrayList<>();
  private final List<Path> files = new ArrayList<>();
  private ArbiterState state = ArbiterState.vacant("toy");
  private long channels;
  private long now;

  Trio(Path folder) {
    this.folder = folder;
  }

  /** Starts a replica more. */
  Node start() throws IOException {
    Node node = new Node(nodes.size() + 1);
    nodes.add(node);
    return node;
  }

  /** What was kept, in order. */
  List<Path> files() {
    return files;
  }

  void runMillis(long millis) {
    for (long i = 0; i < millis; i++) {
      now += SLICE_NANOS;
      List.copyOf(nodes).stream().filter(node -> !node.replica.halted()).forEach(Node::turn);
    }
  }

  private void decide(Node node, ArbiterRequest request) {
    if (request instanceof ArbiterRequest.Watch) {
      node.watches = true;
    }
    ArbiterRules.Decision decision = rules.decide(state, Long.MAX_VALUE / 2, request, now);
    node.inbox.add(new ReplicaEvent.ArbiterAnswered(decision.reply()));
    if (decision.changed()) {
      state = decision.state();
      nodes.stream()
          .filter(each -> each.watches)
          .forEach(
              each ->
                  each.inbox.add(
                      new ReplicaEvent.ArbiterAnswered(
                          new ArbiterReply.Current(state.record(), LEASE_MILLIS))));
    }
  }

  private void connect(Node from, String endpoint) {
    Optional<Node> to =
        nodes.stream()
            .filter(node -> node.self.logEndpoint().equals(endpoint) && !node.replica.halted())
            .findFirst();
    if (to.isEmpty()) {
      from.inbox.add(new ReplicaEvent.DialFailed());
      return;
    }
    long near = ++channels;
    long far = ++channels;
    from.channels.put(near, new End(to.get(), far));
    to.get().channels.put(far, new End(from, near));
    from.inbox.add(new ReplicaEvent.PeerUp(near, true));
    to.get().inbox.add(new ReplicaEvent.PeerUp(far, false));
  }
}
