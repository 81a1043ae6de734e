package lockstep.ft.core;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import lockstep.ft.arbiter.ArbiterRecord;
import lockstep.ft.arbiter.ArbiterReply;
import lockstep.ft.arbiter.ArbiterRequest;
import lockstep.ft.arbiter.Member;
import lockstep.ft.log.LogChannelMessage;
import lockstep.ft.log.LogEntry;
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
 * <p>{@code HANDING_OVER} ({@link HandOver}): the guest stands still behind the last entry. Outputs
 * leave as before, when they are acknowledged. The backup takes over, its log names this replica
 * backup: {@link Backup}. The backup is lost, or takes its time: a claim, as from {@code PRIMARY}.
 * If that is refused because the backup has taken over, and nothing of its log has come, this
 * replica is a backup that has all there can be to know, and claims as one.
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
  private final HandOver handOver;
  private OptionalLong backupBetterSince = OptionalLong.empty();
  private boolean leaseHeld = true;

  /** The entry by which the operator has ended the guest, once the backup knows it. */
  private OptionalLong cutShortLsn = OptionalLong.empty();

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
    this.handOver = new HandOver(core.limits);
  }

  // What the parts of a live replica share.

  /** For how long this replica may stand still without risk to its lease. */
  long standstillNanosMax() {
    return lease.standstillNanosMax(core.now());
  }

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

  /** Whether somebody executes the log too. */
  boolean isLogSent() {
    return protection.hasPeer();
  }

  long guestGeneration() {
    return guestGeneration;
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

  /**
   * Powers the machine on, unless it was restored from a saved state. The backup's definition may
   * be older than this replica's, from before a disk was resized: so it is told their sizes.
   */
  void powerOn() {
    if (!core.guest.poweredOn()) {
      injectAtStart(new Input.PoweredOn(core.config.entropySeed(), core.config.wallClockNanos()));
      List<Long> sizes = core.config.disksBytes();
      for (int disk = 0; disk < sizes.size(); disk++) {
        injectAtStart(new Input.DiskResized(disk, sizes.get(disk)));
      }
    }
  }

  private void injectAtStart(Input input) {
    log.append(new Payload.Injected(input));
    core.guest.inject(
        input,
        (number, output) ->
            gate.add(number, log.append(new Payload.OutputMade(number)).lsn(), output));
  }

  void beginRunning() {
    running = Optional.of(new LiveGuest(core, this));
    log.forgetBeginning();
    if (core.guest.cutShort().isPresent()) {
      ended = core.guest.cutShort(); // while another was live
    }
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

  /** The guest's slice has ended, as {@link LiveLog#reached} is told. */
  void reached(long position, boolean goesOn) {
    log.reached(position, goesOn);
    if (running.isPresent() && running.get().isOff()) {
      log.append(new Payload.PoweredOff());
    }
  }

  // The gate.

  /** Lets out what may leave, then sends what the event has gathered. */
  @Override
  public void flush() {
    boolean mayRelease = mayRelease();
    if (running.isPresent() && mayRelease) {
      gate.open(nextLsnThatFrees(), this::leave);
    }
    noteLease(mayRelease);
    if (cutShortLsn.isPresent()
        && ended.isEmpty()
        && cutShortLsn.getAsLong() < nextLsnThatFrees()) {
      ended = core.guest.cutShort();
    }
    protection.flush();
    resignIfEnded();
  }

  /** Tells when outputs begin to wait for the lease, and when they do no longer. */
  private void noteLease(boolean holds) {
    if (holds != leaseHeld) {
      leaseHeld = holds;
      core.emit(
          new Effect.Noted(
              holds ? "lease=renewed" : "lease=over why=\"outputs wait until it is renewed\""));
    }
  }

  /** Whether anything may leave: nobody can have started the guest anew. */
  boolean mayRelease() {
    return lease.holds(core.now());
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
          ArbiterRequest.TakeOver _,
          ArbiterRequest.Start _,
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
      running.ifPresent(LiveGuest::hashCheckWanted); // where both are equal first
    }
  }

  private void onAlone() {
    handOver.undone();
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
    ArbiterRecord record = refused.record();
    if (handOver.isLogged() && wasTakenOverIn(record)) {
      claim(record.epoch());
      return;
    }
    protection.close("lost");
    core.halt(HaltReason.LOST, refused.reason());
  }

  /** Whether {@code record} is what the backup's taking over has made of this epoch's. */
  private boolean wasTakenOverIn(ArbiterRecord record) {
    return record.epoch() == epoch + 1
        && record.backup().map(member -> core.isSelf(member.id())).orElse(false);
  }

  /** Somebody else is live. If a question is open, its answer says so too, or says otherwise. */
  @Override
  public void onRecord(ArbiterRecord record) {
    if (role == Role.HANDING_OVER && wasTakenOverIn(record)) {
      return; // the log will say so too
    }
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
    if (role == Role.PRIMARY
        || role == Role.HANDING_OVER
        || (role == Role.ALONE && core.arbiter.isEnlisting())) {
      goAlone(why);
    } else {
      protection.close(why);
    }
  }

  /** Gives the backup up for good, and claims. If a resignation is open, that settles it. */
  private void goAlone(String why) {
    protection.close(why);
    handOver.forget();
    become(Role.GOING_ALONE, why);
    if (!core.arbiter.isOpen()) {
      claim(epoch);
    }
  }

  private void claim(long atEpoch) {
    core.arbiter.ask(
        nonce -> new ArbiterRequest.Claim(core.config.vm(), core.self(), atEpoch, nonce), core);
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

  // What the operator asks for.

  @Override
  public void onControl(ReplicaEvent.Control control) {
    switch (control) {
      case ReplicaEvent.HashCheckWanted _ -> running.ifPresent(LiveGuest::hashCheckWanted);
      case ReplicaEvent.Suspend _ -> ended = Optional.of(HaltReason.SUSPENDED);
      case ReplicaEvent.SwitchWanted _ -> wantHandOver("the operator wants it");
      case ReplicaEvent.PauseWanted _ -> {
        log.append(new Payload.Paused());
        core.guest.pause(true);
      }
      case ReplicaEvent.ResumeWanted _ -> {
        log.append(new Payload.Resumed());
        core.guest.pause(false);
        running.orElseThrow().resumed();
      }
      case ReplicaEvent.ResetWanted _ -> cutShort(new Payload.Reset(), HaltReason.GUEST_RESET);
      case ReplicaEvent.SwitchOffWanted _ ->
          cutShort(new Payload.SwitchedOff(), HaltReason.GUEST_OFF);
    }
  }

  private void cutShort(Payload entry, HaltReason how) {
    cutShortLsn = OptionalLong.of(log.append(entry).lsn());
    core.guest.cutShort(how);
  }

  @Override
  public Optional<String> refusal(ReplicaEvent.Control control) {
    if (running.isEmpty() || running.get().isOff() || ended.isPresent()) {
      return Optional.of("the guest does not run, or has ended");
    }
    if (handOver.isLogged() || core.guest.cutShort().isPresent()) {
      return Optional.of("the role is being handed over, or the guest ended by the operator");
    }
    return switch (control) {
      case ReplicaEvent.HashCheckWanted _ -> Optional.empty();
      // The state of a pair is not for one of them to take away.
      case ReplicaEvent.Suspend _ when role != Role.ALONE -> Optional.of("the guest has a backup");
      case ReplicaEvent.Suspend _ -> Optional.empty();
      case ReplicaEvent.SwitchWanted _ -> handOverRefusal();
      case ReplicaEvent.PauseWanted _ when core.guest.isPaused() ->
          Optional.of("the guest is paused already");
      case ReplicaEvent.ResumeWanted _ when !core.guest.isPaused() ->
          Optional.of("the guest is not paused");
      case ReplicaEvent.PauseWanted _,
          ReplicaEvent.ResumeWanted _,
          ReplicaEvent.ResetWanted _,
          ReplicaEvent.SwitchOffWanted _ ->
          Optional.empty();
    };
  }

  private Optional<String> handOverRefusal() {
    if (role != Role.PRIMARY) {
      return Optional.of("there is no backup to take over; this replica is " + role);
    }
    Optional<LogChannelMessage.Paths> theirs = protection.peerPaths();
    if (theirs.isEmpty() || !theirs.get().arbiter() || !theirs.get().include(core.paths())) {
      return Optional.of("the backup lacks a way to arbiter, proxy or disk server");
    }
    return Optional.empty();
  }

  // Handing over.

  /** A primary that lacks a way which its backup has hands over, if that lasts. */
  private void watchPaths() {
    boolean backupIsBetter =
        role == Role.PRIMARY
            && lacksAWay()
            && protection.peerPaths().map(LogChannelMessage.Paths::areAll).orElse(false);
    if (!backupIsBetter) {
      backupBetterSince = OptionalLong.empty();
    } else if (backupBetterSince.isEmpty()) {
      backupBetterSince = OptionalLong.of(core.now());
    } else if (core.now() - backupBetterSince.getAsLong() >= core.limits.pathNanos()
        && refusal(new ReplicaEvent.SwitchWanted()).isEmpty()) {
      wantHandOver("this replica lacks a way: " + core.paths());
    }
  }

  /**
   * The disk server is asked beside all attaches, now and then; an attach or an answer is later
   * news of it than that.
   */
  private boolean lacksAWay() {
    LogChannelMessage.Paths own = core.paths();
    boolean onlyDisks = own.arbiter() && own.proxy() && !own.disks();
    return !own.areAll() && !(onlyDisks && disks.wereHeardWithin(core.limits.pathNanos()));
  }

  private void wantHandOver(String why) {
    if (handOver.isWanted()) {
      return;
    }
    handOver.want(why, core.now());
    // What has changed since the last hash is hashed now, while the guest runs, not at the stop.
    running.ifPresent(LiveGuest::hashCheckWanted);
    if (core.guest.isPaused()) {
      handOver.hashed(0); // it stands still anyway
    }
  }

  private boolean mayHandOver(long nowNanos) {
    return role == Role.PRIMARY
        && handOver.isDue(
            protection.peerHasReached(handOver.hashedPosition()),
            protection.lagNanos(nowNanos),
            nowNanos)
        && handOverRefusal().isEmpty()
        && ended.isEmpty()
        && core.guest.cutShort().isEmpty()
        && running.map(guest -> !guest.isOff()).orElse(false);
  }

  private void handOverNow() {
    running.orElseThrow().handOver();
    handOver.logged(core.now());
    disks.detach(); // what is open is the other's to issue again
    become(Role.HANDING_OVER, handOver.why());
  }

  /** The one that was the backup is live and says so; this replica is its backup. */
  void takenOver(long channel, LogChannelMessage.Entries entries) {
    if (!entries.entries().isEmpty()
        && entries.entries().getFirst() instanceof LogEntry(long lsn, long _, Payload payload)
        && lsn == log.nextLsn()
        && payload instanceof Payload.EpochBegan began
        && began.backup().map(core::isSelf).orElse(false)) {
      core.emit(new Effect.RolesSwitched(handOver.stoodStillNanos(core.now())));
      Backup.switched(core, channel, began.epoch(), log.nextLsn(), gate.waitingOutputs())
          .onPeerSaid(channel, entries);
    } else {
      losePeer("the backup has not taken over as it should");
    }
  }

  /** This replica has taken over, on the channel that brought it the log. */
  void protectBy(long channel, Member other) {
    protection.resume(channel, other, log.nextLsn());
  }

  // Time.

  @Override
  public void onTick() {
    renewLease();
    disks.onTick();
    watchPaths();
    if (handOver.isWanted() && handOverRefusal().isPresent()) {
      handOver.forget(); // nobody could take over; the guest gets its speed back
    }
    if (protection.suspectsPeer()) {
      losePeer(
          "the backup is silent for %d ms".formatted(protection.silenceLimitNanos() / 1_000_000));
    } else if (role == Role.HANDING_OVER && handOver.isOverdue(core.now())) {
      losePeer("the backup does not take over");
    }
  }

  @Override
  public void runSlice(long stepsMax) {
    if (mayHandOver(core.now())) {
      handOverNow();
    } else if (wantsToRun(core.now())) {
      long before = core.guest.machine.position();
      double speed = guestSpeed(core.now());
      running.orElseThrow().runSlice(pace.steps(stepsMax, speed, core.now()));
      pace.ran(core.guest.machine.position() - before);
      if (!running.orElseThrow().isHashWanted()) {
        handOver.hashed(before);
      }
    }
  }

  private double guestSpeed(long nowNanos) {
    double speed = protection.guestSpeed(nowNanos);
    return handOver.isWanted() ? Math.min(speed, HandOver.SPEED) : speed;
  }

  @Override
  public boolean wantsToRun(long nowNanos) {
    return mayHandOver(nowNanos)
        || (running.isPresent()
            && held(nowNanos).isEmpty()
            && pace.mayRun(guestSpeed(nowNanos), nowNanos)
            && running.get().wantsToRun(nowNanos));
  }

  @Override
  public Optional<String> held(long nowNanos) {
    if (running.isEmpty()) {
      return Optional.of("no backup is enlisted");
    }
    if (ended.isPresent()) {
      return Optional.of("the guest has ended or is suspended");
    }
    if (handOver.isLogged()) {
      return Optional.of("the backup is to take over");
    }
    if (core.guest.cutShort().isPresent()) {
      return Optional.of("the operator has ended the guest");
    }
    if (core.guest.isPaused()) {
      return Optional.of("the operator has paused the guest");
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
      boolean paced = !pace.mayRun(guestSpeed(core.now()), core.now());
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
