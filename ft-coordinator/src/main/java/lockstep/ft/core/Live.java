package lockstep.ft.core;

import java.util.List;
import java.util.Optional;
import lockstep.ft.arbiter.ArbiterRecord;
import lockstep.ft.arbiter.ArbiterReply;
import lockstep.ft.arbiter.ArbiterRequest;
import lockstep.ft.log.LogChannelMessage;
import lockstep.ft.log.Payload;
import lockstep.ft.machine.Input;
import lockstep.ft.machine.Output;

/**
 * The live replica: the arbiter's record names it, its guest is the one that the world sees.
 *
 * <p>{@code LIVE_WAITING}: the guest has not run; a candidate is awaited ({@link Protection}).
 * {@code PRIMARY}: outputs leave when the backup has acknowledged their marks. A backup that is
 * lost (silent, closed, diverged) is given up for good: its channel is closed, and in {@code
 * GOING_ALONE} the replica claims; outputs that were not acknowledged wait for the answer. Won:
 * {@code ALONE}, everything leaves, the disks are attached anew. Lost: it stops.
 *
 * <p>Handing the role over to a backup whose paths to disk and proxy are better than this one's has
 * its place here, beside {@link #losePeer}.
 */
final class Live implements Stage {
  private final Core core;
  private final LeaseGuard lease;
  private final OutputGate gate;
  private final LiveLog log;
  private final PendingInputs inputs;
  private final LiveDisks disks;
  private final Protection protection;

  private Role role;
  private long epoch;
  private long guestGeneration;
  private Optional<LiveGuest> running = Optional.empty();
  private final GuestPace pace = new GuestPace();

  /**
   * Why this replica is about to resign: the guest's power-off has left the gate, or a suspension.
   */
  private Optional<HaltReason> ended = Optional.empty();

  Live(
      Core core,
      Role role,
      ArbiterReply.Granted granted,
      long askedAtNanos,
      long nextLsn,
      List<Output> unreleased) {
    this.core = core;
    this.role = role;
    this.epoch = granted.record().epoch();
    this.guestGeneration = granted.record().guestGeneration();
    this.lease =
        new LeaseGuard(core.limits.leaseMarginNanos(), askedAtNanos, granted.leaseMillis());
    this.gate = new OutputGate(core.guest.outputsMade() - unreleased.size());
    unreleased.forEach(output -> gate.add(gate.nextNumber(), -1, output)); // marked long ago
    this.log = new LiveLog(core, gate, nextLsn);
    this.inputs = new PendingInputs(core.limits.inputsPendingBytesMax());
    this.disks = new LiveDisks(core, this);
    this.protection = new Protection(core, this);
  }

  // What the parts of a live replica share.

  LiveLog log() {
    return log;
  }

  OutputGate gate() {
    return gate;
  }

  PendingInputs inputs() {
    return inputs;
  }

  LiveDisks disks() {
    return disks;
  }

  boolean guestHasRun() {
    return running.isPresent();
  }

  /** Whether the guest has switched itself off, or is suspended. */
  boolean hasEnded() {
    return ended.isPresent();
  }

  void become(Role next, String why) {
    Role before = role;
    role = next;
    core.tellRole(before, next, why);
  }

  /** Powers the machine on, unless it was restored from a saved state. */
  void powerOn() {
    if (!core.guest.poweredOn()) {
      Input.PoweredOn poweredOn =
          new Input.PoweredOn(core.config.entropySeed(), core.config.wallClockNanos());
      log.append(new Payload.Injected(poweredOn));
      core.guest.inject(
          poweredOn,
          (number, output) ->
              gate.add(number, log.append(new Payload.OutputMade(number)).lsn(), output));
    }
  }

  void beginRunning() {
    running = Optional.of(new LiveGuest(core, this));
    log.forgetBeginning();
    takeEffectAtEpoch();
    core.guest.open.ofEntropy().stream()
        .filter(open -> open.number() < gate.released())
        .forEach(open -> leave(open.number(), open.request()));
  }

  /** Everything outside is told the epoch: the proxy, and the disks by attaching anew. */
  private void takeEffectAtEpoch() {
    core.emit(new Effect.AnnounceLive(epoch, guestGeneration));
    disks.attach(epoch);
  }

  /** The guest's slice has ended. */
  void reached(long position) {
    log.reached(position);
    if (running.isPresent() && running.get().isOff()) {
      log.append(new Payload.PoweredOff());
    }
  }

  // The gate.

  /** Lets out what may leave, then sends what the event has gathered. */
  @Override
  public void flush() {
    if (running.isPresent() && lease.holds(core.now())) {
      gate.open(nextLsnThatFrees(), this::leave);
    }
    protection.flush();
    resignIfEnded();
  }

  private long nextLsnThatFrees() {
    return role == Role.ALONE && !protection.hasPeer() ? Long.MAX_VALUE : protection.nextLsnAcked();
  }

  private void leave(long number, Output output) {
    switch (output) {
      case Output.FrameSent(var frame) -> core.emit(new Effect.SendFrame(number, frame));
      case Output.ConsoleWritten console ->
          core.emit(new Effect.WriteConsole(number, console.offset(), console.data()));
      case Output.DiskRequested request -> disks.issue(request);
      case Output.EntropyRequested request -> {
        if (core.guest.open.isEntropyOpen(request.requestId())) {
          core.emit(new Effect.DrawEntropy(number, request.requestId(), request.length()));
        }
      }
      case Output.PowerChanged(boolean reset) -> guestEnded(reset);
    }
  }

  /** The guest has switched itself off, or asked for a reset: what is left is to resign. */
  void guestEnded(boolean reset) {
    ended = Optional.of(reset ? HaltReason.GUEST_RESET : HaltReason.GUEST_OFF);
  }

  private void resignIfEnded() {
    if (ended.isPresent()
        && !core.arbiter.isOpen()
        && role != Role.GOING_ALONE
        && disks.areQuiet()) {
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
      case ArbiterRequest.Hello _,
          ArbiterRequest.Start _,
          ArbiterRequest.Dismiss _,
          ArbiterRequest.Watch _,
          ArbiterRequest.Renew _ ->
          throw new IllegalStateException("never asked: " + question);
    }
  }

  private void onEnlisted(ArbiterRequest.Enlist enlist) {
    log.append(new Payload.EpochBegan(epoch, core.self().id(), Optional.of(enlist.backup().id())));
    if (running.isPresent()) {
      takeEffectAtEpoch();
    }
    if (!protection.hasPeer()) {
      goAlone("the backup was lost while it was enlisted");
      return;
    }
    become(Role.PRIMARY, "enlisted " + enlist.backup().id().brief());
    if (running.isEmpty()) {
      beginRunning();
    }
  }

  private void onAlone() {
    log.append(new Payload.EpochBegan(epoch, core.self().id(), Optional.empty()));
    if (running.isPresent()) {
      become(Role.ALONE, "goes on alone");
      takeEffectAtEpoch();
    } else {
      become(Role.LIVE_WAITING, "waits for another backup");
    }
  }

  private void onResigned() {
    HaltReason reason = ended.orElse(HaltReason.GUEST_OFF);
    protection.tellGuestEnded(reason == HaltReason.GUEST_RESET);
    core.halt(
        reason, reason == HaltReason.SUSPENDED ? "the guest is saved" : "the guest has ended");
  }

  @Override
  public void onRefused(ArbiterRequest question, ArbiterReply.Refused refused) {
    protection.close("lost");
    core.halt(HaltReason.LOST, refused.reason());
  }

  /** Somebody else is live. If a question is open, its answer says so too, or says otherwise. */
  @Override
  public void onRecord(ArbiterRecord record) {
    if (record.epoch() > epoch && !core.isLiveIn(record) && !core.arbiter.isOpen()) {
      protection.close("lost");
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
    protection.onPeerSaid(from, message);
  }

  @Override
  public void onPeerDown(long closed) {
    if (protection.isPeer(closed)) {
      losePeer("the log channel was closed");
    }
  }

  /**
   * A candidate that is lost is forgotten. A backup that is lost has to be given up by a claim, and
   * so has one that is perhaps enlisted already.
   */
  void losePeer(String why) {
    if (role == Role.PRIMARY || (role == Role.ALONE && core.arbiter.isEnlisting())) {
      goAlone(why);
    } else {
      protection.close(why);
    }
  }

  /** Gives the backup up for good, and claims. If a resignation is open, that settles it. */
  private void goAlone(String why) {
    protection.close(why);
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
    if (disks.onEvent(event)) {
      protection.close("fenced");
      core.halt(HaltReason.FENCED, "a disk refuses epoch " + epoch);
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
    disks.onTick();
    if (protection.suspectsPeer()) {
      losePeer("the backup is silent");
    }
  }

  @Override
  public void runSlice(long stepsMax) {
    if (wantsToRun(core.now())) {
      long before = core.guest.machine.position();
      double speed = protection.guestSpeed(core.now());
      running.orElseThrow().runSlice(pace.steps(stepsMax, speed, core.now()));
      pace.ran(core.guest.machine.position() - before);
    }
  }

  @Override
  public boolean wantsToRun(long nowNanos) {
    return running.isPresent()
        && held(nowNanos).isEmpty()
        && pace.mayRun(protection.guestSpeed(nowNanos), nowNanos)
        && running.get().wantsToRun(nowNanos);
  }

  @Override
  public Optional<String> held(long nowNanos) {
    if (running.isEmpty()) {
      return Optional.of("no backup is enlisted");
    }
    if (ended.isPresent()) {
      return Optional.of("the guest has ended or is suspended");
    }
    Optional<String> byPeer = protection.held(nowNanos);
    if (byPeer.isPresent()) {
      return byPeer;
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
    long deadline = Math.min(lease.nextRenewalNanos(), disks.deadlineNanos());
    deadline = Math.min(deadline, protection.deadlineNanos());
    if (running.isPresent() && held(core.now()).isEmpty()) {
      boolean paced = !pace.mayRun(protection.guestSpeed(core.now()), core.now());
      deadline = Math.min(deadline, paced ? pace.deadlineNanos() : running.get().deadlineNanos());
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
    return log.nextLsn();
  }

  @Override
  public List<Output> unreleased() {
    return gate.waitingOutputs();
  }

  @Override
  public StageStatus status(long nowNanos) {
    return protection.status(nowNanos);
  }
}
