package lockstep.ft.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import lockstep.ft.arbiter.ArbiterRecord;
import lockstep.ft.arbiter.ArbiterReply;
import lockstep.ft.arbiter.ArbiterRequest;
import lockstep.ft.log.LogChannelMessage;
import lockstep.ft.log.LogChannelMessage.Refusal;
import lockstep.ft.log.LogEntry;
import lockstep.ft.log.Payload;
import lockstep.ft.machine.Input;
import lockstep.ft.machine.Output;

/**
 * The live replica: the arbiter's record names it, its guest is the one that the world sees.
 *
 * <p>{@code LIVE_WAITING}: the guest has not run; a candidate gets the log from its beginning,
 * acknowledges it, and is enlisted. {@code PRIMARY}: outputs leave when the backup has acknowledged
 * their marks. A backup that is lost (silent, closed, diverged) is given up for good: its channel
 * is closed, and in {@code GOING_ALONE} the replica claims; outputs that were not acknowledged wait
 * for the answer. Won: {@code ALONE}, everything leaves, the disks are attached anew. Lost: it
 * stops.
 *
 * <p>Handing the role over to a backup whose paths to disk and proxy are better than this one's has
 * its place here, beside {@link #goAlone}; it comes with state transfer, for without a way to make
 * a new backup it would only trade one single replica for another.
 */
final class Live implements Stage {
  private final Core core;
  private final LeaseGuard lease;
  private final OutputGate gate;
  private final PendingInputs inputs;
  private final List<DiskPath> disks;

  /** The log from its beginning, while the guest has not run: what a candidate gets. */
  private final List<LogEntry> joinLog = new ArrayList<>();

  private Role role;
  private long epoch;
  private long guestGeneration;
  private long nextLsn;
  private long lastEntryPosition;

  /** As acknowledged by the last backup, once that is lost. */
  private long nextLsnAcked;

  private Optional<LogSender> peer = Optional.empty();
  private Optional<LiveGuest> running = Optional.empty();

  /**
   * Why this replica is about to resign: the guest's power-off has left the gate, or a suspension.
   */
  private Optional<HaltReason> ended = Optional.empty();

  private Live(
      Core core,
      Role role,
      ArbiterReply.Granted granted,
      long askedAtNanos,
      long nextLsn,
      long outputsReleased) {
    this.core = core;
    this.role = role;
    this.epoch = granted.record().epoch();
    this.guestGeneration = granted.record().guestGeneration();
    this.lease =
        new LeaseGuard(core.limits.leaseMarginNanos(), askedAtNanos, granted.leaseMillis());
    this.nextLsn = nextLsn;
    this.gate = new OutputGate(outputsReleased);
    this.inputs = new PendingInputs(core.limits.inputsPendingBytesMax());
    this.disks = DiskPath.all(core, this);
  }

  // How a replica becomes live.

  /** The start was granted: the log begins; the guest runs, or waits for a backup. */
  static void started(Core core, ArbiterReply.Granted granted) {
    Role before = core.stage().role();
    List<Output> unreleased = core.startUnreleased();
    Live live =
        new Live(
            core,
            Role.LIVE_WAITING,
            granted,
            core.arbiter.askedAtNanos(),
            0,
            core.guest.outputsMade() - unreleased.size());
    core.become(live);
    unreleased.forEach(live::keepUnmarked);
    live.powerOn();
    live.append(new Payload.EpochBegan(live.epoch, core.self().id(), Optional.empty()));
    core.tellRole(before, Role.LIVE_WAITING, "started");
    if (core.config.startRule() == ReplicaConfig.StartRule.ALONE) {
      live.become(Role.ALONE, "started to run alone");
      live.beginRunning();
    }
  }

  /** The backup's claim was won and its log is replayed. */
  static void wentLive(Core core, Backup.Won won, Replay replay) {
    Live live =
        new Live(
            core,
            Role.GOING_LIVE,
            won.granted(),
            won.askedAtNanos(),
            replay.nextLsn(),
            core.guest.outputsMade() - replay.kept().size());
    core.become(live);
    replay.kept().forEach(live::keepUnmarked);
    for (int i = replay.unmarked(); i > 0; i--) {
      live.append(new Payload.OutputMade(core.guest.outputsMade() - i));
    }
    live.append(new Payload.EpochBegan(live.epoch, core.self().id(), Optional.empty()));
    live.become(Role.ALONE, "went live");
    live.beginRunning();
  }

  /** An output that was made before this log, or this replica's being live, began. */
  private void keepUnmarked(Output output) {
    gate.add(gate.released() + gate.waitingOutputs().size(), -1, output);
  }

  private void powerOn() {
    if (!core.guest.poweredOn()) {
      Input.PoweredOn poweredOn =
          new Input.PoweredOn(core.config.entropySeed(), core.config.wallClockNanos());
      append(new Payload.Injected(poweredOn));
      core.guest.inject(
          poweredOn,
          (number, output) ->
              gate.add(number, append(new Payload.OutputMade(number)).lsn(), output));
    }
  }

  private void beginRunning() {
    running = Optional.of(new LiveGuest(core, this));
    joinLog.clear();
    takeEffectAtEpoch();
    core.guest.open.ofEntropy().stream()
        .filter(open -> open.number() < gate.released())
        .forEach(open -> leave(open.number(), open.request()));
  }

  /** Everything outside is told the epoch: the proxy, and the disks by attaching anew. */
  private void takeEffectAtEpoch() {
    core.emit(new Effect.AnnounceLive(epoch, guestGeneration));
    disks.forEach(disk -> disk.attach(epoch));
  }

  private void become(Role next, String why) {
    Role before = role;
    role = next;
    core.tellRole(before, next, why);
  }

  // The log.

  /** Appends an entry at the machine's position. */
  LogEntry append(Payload payload) {
    LogEntry entry = new LogEntry(nextLsn++, core.guest.machine.position(), payload);
    lastEntryPosition = entry.position();
    if (core.config.logged()) {
      core.emit(new Effect.Logged(entry));
    }
    if (running.isEmpty()) {
      joinLog.add(entry);
    }
    peer.ifPresent(sender -> sender.append(entry, gate.released(), core));
    return entry;
  }

  /** The guest's slice has ended at {@code position}: lets the backup follow. */
  void reached(long position) {
    if (peer.isPresent()) {
      if (position > lastEntryPosition) {
        append(new Payload.Progressed());
      }
      peer.get().reached(position, core.now());
    }
    if (running.isPresent() && running.get().isOff()) {
      append(new Payload.PoweredOff());
    }
  }

  OutputGate gate() {
    return gate;
  }

  PendingInputs inputs() {
    return inputs;
  }

  /** Flushes disks before the kept writes grow beyond their bound. */
  void flushIfMuchIsKept() {
    disks.forEach(DiskPath::flushIfMuchIsKept);
  }

  private DiskPath disk(int disk) {
    return disks.get(disk);
  }

  long outputsReleased() {
    return gate.released();
  }

  // The gate.

  /** Lets out what may leave, then sends what the event has gathered. */
  @Override
  public void flush() {
    if (running.isPresent() && lease.holds(core.now())) {
      gate.open(nextLsnThatFrees(), this::leave);
    }
    peer.ifPresent(sender -> sender.flush(gate.released(), core));
    resignIfEnded();
  }

  private long nextLsnThatFrees() {
    if (role == Role.ALONE) {
      return Long.MAX_VALUE;
    }
    return peer.map(LogSender::nextLsnAcked).orElse(nextLsnAcked);
  }

  private void leave(long number, Output output) {
    switch (output) {
      case Output.FrameSent(var frame) -> core.emit(new Effect.SendFrame(number, frame));
      case Output.ConsoleWritten console ->
          core.emit(new Effect.WriteConsole(number, console.offset(), console.data()));
      case Output.DiskRequested request -> {
        if (core.guest.open.isOpen(request.disk(), request.requestId())) {
          disk(request.disk()).issue(request);
        }
      }
      case Output.EntropyRequested request -> {
        if (core.guest.open.isEntropyOpen(request.requestId())) {
          core.emit(new Effect.DrawEntropy(number, request.requestId(), request.length()));
        }
      }
      case Output.PowerChanged(boolean reset) ->
          ended = Optional.of(reset ? HaltReason.GUEST_RESET : HaltReason.GUEST_OFF);
    }
  }

  private void resignIfEnded() {
    if (ended.isPresent()
        && !core.arbiter.isOpen()
        && role != Role.GOING_ALONE
        && disks.stream().allMatch(DiskPath::isQuiet)) {
      core.arbiter.ask(
          nonce -> new ArbiterRequest.Resign(core.config.vm(), core.self().id(), epoch, nonce),
          core);
    }
  }

  // The arbiter.

  @Override
  public void onGranted(ArbiterRequest question, ArbiterReply.Granted granted) {
    epoch = granted.record().epoch();
    lease.granted(core.arbiter.askedAtNanos(), granted.leaseMillis());
    switch (question) {
      case ArbiterRequest.Enlist enlist -> onEnlisted(enlist);
      case ArbiterRequest.Claim _ -> onAlone();
      case ArbiterRequest.Resign _ -> onResigned();
      case ArbiterRequest.Start _,
          ArbiterRequest.Dismiss _,
          ArbiterRequest.Watch _,
          ArbiterRequest.Renew _ ->
          throw new IllegalStateException("never asked: " + question);
    }
  }

  private void onEnlisted(ArbiterRequest.Enlist enlist) {
    append(new Payload.EpochBegan(epoch, core.self().id(), Optional.of(enlist.backup().id())));
    if (peer.isEmpty()) {
      goAlone("the backup was lost while it was enlisted");
      return;
    }
    become(Role.PRIMARY, "enlisted " + enlist.backup().id().brief());
    beginRunning();
  }

  private void onAlone() {
    append(new Payload.EpochBegan(epoch, core.self().id(), Optional.empty()));
    if (running.isPresent()) {
      become(Role.ALONE, "goes on alone");
      takeEffectAtEpoch();
    } else {
      become(Role.LIVE_WAITING, "waits for another backup");
    }
  }

  private void onResigned() {
    HaltReason reason = ended.orElse(HaltReason.GUEST_OFF);
    boolean reset = reason == HaltReason.GUEST_RESET;
    peer.ifPresent(
        sender -> {
          core.emit(new Effect.SendToPeer(sender.channel, new LogChannelMessage.GuestEnded(reset)));
          core.emit(new Effect.ClosePeer(sender.channel));
        });
    core.halt(
        reason, reason == HaltReason.SUSPENDED ? "the guest is saved" : "the guest has ended");
  }

  @Override
  public void onRefused(ArbiterRequest question, ArbiterReply.Refused refused) {
    closePeer();
    core.halt(HaltReason.LOST, refused.reason());
  }

  /** Somebody else is live. If a question is open, its answer says so too, or says otherwise. */
  @Override
  public void onRecord(ArbiterRecord record) {
    if (record.epoch() > epoch && !core.isLiveIn(record) && !core.arbiter.isOpen()) {
      closePeer();
      core.halt(HaltReason.LOST, "another replica is live at epoch " + record.epoch());
    }
  }

  @Override
  public void onLease(ArbiterReply.Renewed renewed) {
    lease.renewed(renewed.sequence(), renewed.leaseMillis());
  }

  private void renewLease() {
    if (lease.renewalDue(core.now())) {
      long sequence = lease.renewalSent(core.now());
      core.emit(
          new Effect.AskArbiter(
              new ArbiterRequest.Renew(core.config.vm(), core.self().id(), epoch, sequence)));
    }
  }

  // The peer.

  @Override
  public void onPeerUp(long opened, boolean dialled) {
    if (dialled) {
      core.emit(new Effect.ClosePeer(opened));
    }
  }

  @Override
  public void onPeerSaid(long from, LogChannelMessage message) {
    if (peer.isEmpty() || peer.get().channel != from) {
      if (message instanceof LogChannelMessage.Hello hello) {
        onHello(from, hello);
      }
      return;
    }
    peer.get().heard();
    switch (message) {
      case LogChannelMessage.Ack ack -> onAck(peer.get(), ack);
      case LogChannelMessage.Diverged diverged -> {
        core.emit(new Effect.DivergenceFound(diverged.position(), diverged.what()));
        losePeer("the backup has diverged: " + diverged.what());
      }
      case LogChannelMessage.Hello _,
          LogChannelMessage.HelloRefused _,
          LogChannelMessage.Entries _,
          LogChannelMessage.Heartbeat _,
          LogChannelMessage.GuestEnded _ ->
          losePeer("an unexpected message came");
    }
  }

  private void onHello(long from, LogChannelMessage.Hello hello) {
    Optional<LogChannelMessage.HelloRefused> refused = refuse(hello);
    if (refused.isPresent()) {
      core.emit(new Effect.SendToPeer(from, refused.get()));
      core.emit(new Effect.ClosePeer(from));
      return;
    }
    closePeer();
    LogSender sender = new LogSender(from, hello.replica(), core.limits.silenceNanos(), core.now());
    peer = Optional.of(sender);
    core.emit(new Effect.SendToPeer(from, core.hello(LogChannelMessage.HelloRole.LIVE, epoch)));
    joinLog.forEach(entry -> sender.append(entry, gate.released(), core));
  }

  private Optional<LogChannelMessage.HelloRefused> refuse(LogChannelMessage.Hello hello) {
    Optional<LogChannelMessage.HelloRefused> mismatch =
        HelloRules.mismatch(core.hello(LogChannelMessage.HelloRole.LIVE, epoch), hello);
    if (mismatch.isPresent()) {
      return mismatch;
    }
    boolean sameAgain = peer.map(p -> p.peer.id().equals(hello.replica().id())).orElse(true);
    if (role == Role.PRIMARY || role == Role.GOING_ALONE || core.arbiter.isOpen() || !sameAgain) {
      return HelloRules.refused(Refusal.HAS_BACKUP, "role " + role);
    }
    return running.isPresent()
        ? HelloRules.refused(Refusal.GUEST_HAS_RUN, "position " + core.guest.machine.position())
        : Optional.empty();
  }

  private void onAck(LogSender sender, LogChannelMessage.Ack ack) {
    if (!sender.acked(ack)) {
      losePeer("the backup acknowledges what was never sent");
      return;
    }
    if (role == Role.LIVE_WAITING && sender.allAcked() && !core.arbiter.isOpen()) {
      core.arbiter.ask(
          nonce ->
              new ArbiterRequest.Enlist(
                  core.config.vm(), core.self().id(), epoch, sender.peer, nonce),
          core);
    }
  }

  @Override
  public void onPeerDown(long closed) {
    if (peer.isPresent() && peer.get().channel == closed) {
      losePeer("the log channel was closed");
    }
  }

  /** A candidate that is lost is forgotten; a backup that is lost has to be given up by a claim. */
  private void losePeer(String why) {
    if (role == Role.PRIMARY) {
      goAlone(why);
    } else {
      closePeer();
    }
  }

  private void closePeer() {
    peer.ifPresent(sender -> core.emit(new Effect.ClosePeer(sender.channel)));
    peer = Optional.empty();
  }

  /** Gives the backup up for good, and claims. If a resignation is open, that settles it. */
  private void goAlone(String why) {
    peer.ifPresent(sender -> nextLsnAcked = sender.nextLsnAcked());
    closePeer();
    become(Role.GOING_ALONE, why);
    if (!core.arbiter.isOpen()) {
      core.arbiter.ask(
          nonce -> new ArbiterRequest.Claim(core.config.vm(), core.self(), epoch, nonce), core);
    }
  }

  @Override
  public void onDialFailed() {}

  // Disks, proxy, inputs.

  @Override
  public void onDisk(ReplicaEvent event) {
    switch (event) {
      case ReplicaEvent.DiskAttached(int disk, long attach, long incarnation)
          when disk(disk).isCurrent(attach) ->
          disk(disk).attached(incarnation);
      case ReplicaEvent.DiskAnswered answered
          when disk(answered.disk()).isCurrent(answered.attach()) ->
          disk(answered.disk()).answered(answered.tag(), answered.status(), answered.data());
      case ReplicaEvent.DiskLost(int disk, long attach) when disk(disk).isCurrent(attach) ->
          disk(disk).lost();
      case ReplicaEvent.DiskFenced(int disk, long attach) when disk(disk).isCurrent(attach) ->
          onFenced(disk);
      default -> {} // of an attach that has ended
    }
  }

  /**
   * While a question is open the fence may be the work of its grant, whose answer is on its way.
   */
  private void onFenced(int disk) {
    if (core.arbiter.isOpen()) {
      disk(disk).lost();
    } else {
      closePeer();
      core.halt(HaltReason.FENCED, "disk " + disk + " refuses epoch " + epoch);
    }
  }

  @Override
  public void onProxyUp() {
    if (running.isPresent()) {
      core.emit(new Effect.AnnounceLive(epoch, guestGeneration));
    }
  }

  @Override
  public void onInput(ReplicaEvent event) {
    if (running.isEmpty()) {
      return;
    }
    switch (event) {
      case ReplicaEvent.FrameArrived(var frame) -> inputs.frame(frame);
      case ReplicaEvent.ConsoleTyped(var data) -> inputs.console(data);
      case ReplicaEvent.EntropyDrawn(long id, var data) ->
          inputs.add(new Input.EntropyArrived(id, data));
      case ReplicaEvent.PowerButton _ -> inputs.add(new Input.PowerButtonPressed());
      default -> throw new IllegalArgumentException("no input: " + event);
    }
  }

  /** Only a guest that runs alone: the state of a pair is not for one of them to take away. */
  @Override
  public void onSuspend() {
    if (role == Role.ALONE && ended.isEmpty()) {
      ended = Optional.of(HaltReason.SUSPENDED);
    }
  }

  @Override
  public void onHashCheckWanted() {
    running.ifPresent(LiveGuest::hashCheckWanted);
  }

  // Time.

  @Override
  public void onTick() {
    renewLease();
    disks.forEach(DiskPath::onTick);
    if (peer.isPresent() && peer.get().suspects(core.now())) {
      losePeer("the backup is silent");
    }
  }

  @Override
  public void runSlice(long stepsMax) {
    if (wantsToRun(core.now())) {
      running.orElseThrow().runSlice(stepsMax);
    }
  }

  @Override
  public boolean wantsToRun(long nowNanos) {
    return running.isPresent() && held(nowNanos).isEmpty() && running.get().wantsToRun(nowNanos);
  }

  @Override
  public Optional<String> held(long nowNanos) {
    if (running.isEmpty()) {
      return Optional.of("no backup is enlisted");
    }
    if (ended.isPresent()) {
      return Optional.of("the guest has ended or is suspended");
    }
    if (peer.isPresent() && peer.get().lagNanos(nowNanos) > core.limits.lagNanosMax()) {
      return Optional.of("the backup's execution lags");
    }
    if (peer.isPresent() && peer.get().unackedBytes() > core.limits.logUnackedBytesMax()) {
      return Optional.of("too much of the log is not acknowledged");
    }
    if (gate.waitingBytes() > core.limits.logUnackedBytesMax()) {
      return Optional.of("too many outputs wait");
    }
    if (core.guest.keptBytes() > core.limits.keptWritesBytesMax()) {
      return Optional.of("too many writes wait for a flush");
    }
    return Optional.empty();
  }

  @Override
  public long deadlineNanos() {
    long deadline = lease.nextRenewalNanos();
    for (DiskPath disk : disks) {
      deadline = Math.min(deadline, disk.deadlineNanos());
    }
    if (peer.isPresent()) {
      deadline = Math.min(deadline, peer.get().heartbeatAtNanos(core.limits.heartbeatNanos()));
    }
    if (running.isPresent() && held(core.now()).isEmpty()) {
      deadline = Math.min(deadline, running.get().deadlineNanos());
    }
    return deadline;
  }

  // For the outside.

  @Override
  public Role role() {
    return role;
  }

  @Override
  public long epoch() {
    return epoch;
  }

  @Override
  public long nextLsn() {
    return nextLsn;
  }

  @Override
  public List<Output> unreleased() {
    return gate.waitingOutputs();
  }

  @Override
  public StageStatus status(long nowNanos) {
    return new StageStatus(
        peer.map(sender -> sender.peer.id()),
        peer.map(LogSender::nextLsnAcked).orElse(nextLsnAcked),
        peer.map(LogSender::unackedBytes).orElse(0L),
        peer.map(sender -> sender.lagNanos(nowNanos)).orElse(0L),
        gate.released());
  }
}
