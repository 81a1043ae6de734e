package lockstep.ft.core;

import java.util.List;
import java.util.Optional;
import lockstep.ft.arbiter.ArbiterRecord;
import lockstep.ft.arbiter.ArbiterReply;
import lockstep.ft.arbiter.ArbiterRequest;
import lockstep.ft.log.LogChannelMessage;
import lockstep.ft.machine.Output;

/** Stopped for good: hears and does nothing. */
record Halted(long epoch, long nextLsn) implements Stage {

  @Override
  public Role role() {
    return Role.HALTED;
  }

  @Override
  public void onRecord(ArbiterRecord record) {}

  @Override
  public void onGranted(ArbiterRequest question, ArbiterReply.Granted granted) {}

  @Override
  public void onRefused(ArbiterRequest question, ArbiterReply.Refused refused) {}

  @Override
  public void onLease(ArbiterReply.Renewed renewed) {}

  @Override
  public void onPeerUp(long channel, boolean dialled) {}

  @Override
  public void onPeerDown(long channel) {}

  @Override
  public void onDialFailed() {}

  @Override
  public void onPeerSaid(long channel, LogChannelMessage message) {}

  @Override
  public void onDisk(ReplicaEvent event) {}

  @Override
  public void onProxyUp() {}

  @Override
  public void onInput(ReplicaEvent event) {}

  @Override
  public void onControl(ReplicaEvent.Control control) {}

  @Override
  public Optional<String> refusal(ReplicaEvent.Control control) {
    return Optional.of("this replica is not live");
  }

  @Override
  public void onTick() {}

  @Override
  public void runSlice(long stepsMax) {}

  @Override
  public boolean wantsToRun(long nowNanos) {
    return false;
  }

  @Override
  public long deadlineNanos() {
    return Long.MAX_VALUE;
  }

  @Override
  public void flush() {}

  @Override
  public List<Output> unreleased() {
    return List.of();
  }

  @Override
  public Optional<String> held(long nowNanos) {
    return Optional.of("halted");
  }

  @Override
  public StageStatus status(long nowNanos) {
    return StageStatus.NONE;
  }
}
