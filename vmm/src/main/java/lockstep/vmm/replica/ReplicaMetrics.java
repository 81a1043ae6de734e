package lockstep.vmm.replica;

import com.codahale.metrics.Histogram;
import com.codahale.metrics.Meter;
import com.codahale.metrics.MetricRegistry;
import java.util.Locale;
import java.util.function.Supplier;
import lockstep.ft.core.ReplicaStatus;
import lockstep.ft.core.Role;
import lockstep.ft.log.LogChannelMessage;
import lockstep.ft.log.LogEntry;
import lockstep.ft.machine.Bytes;
import lockstep.ft.transfer.TransferProgress;

/** What a VMM counts. Marked on the guest's thread, read on the HTTP threads. */
final class ReplicaMetrics {
  private final Meter steps;
  private final Meter logBytes;
  private final Meter logEntries;
  private final Meter framesSent;
  private final Meter frameBytesSent;
  private final Meter diskRequests;
  private final Histogram sliceMicros;
  private final Histogram goLiveMicros;
  private final Histogram goAloneMicros;
  private final Histogram handOverMicros;
  private long takeoverBeganNanos;
  private volatile long lastHandOverNanos;

  ReplicaMetrics(MetricRegistry registry, Supplier<ReplicaStatus> status) {
    steps = registry.meter("vmm_steps");
    logBytes = registry.meter("vmm_log_bytes_sent");
    logEntries = registry.meter("vmm_log_entries_sent");
    framesSent = registry.meter("vmm_frames_sent");
    frameBytesSent = registry.meter("vmm_frame_bytes_sent");
    diskRequests = registry.meter("vmm_disk_requests");
    sliceMicros = registry.histogram("vmm_slice_micros");
    goLiveMicros = registry.histogram("vmm_go_live_micros");
    goAloneMicros = registry.histogram("vmm_go_alone_micros");
    handOverMicros = registry.histogram("vmm_hand_over_micros");
    for (Role role : Role.values()) {
      String name = "vmm_role_" + role.name().toLowerCase(Locale.ROOT);
      registry.registerGauge(name, () -> status.get().role() == role ? 1 : 0);
    }
    registry.registerGauge("vmm_held", () -> status.get().held().isPresent() ? 1 : 0);
    registry.registerGauge("vmm_paused", () -> status.get().paused() ? 1 : 0);
    registry.registerGauge("vmm_path_arbiter", () -> status.get().paths().arbiter() ? 1 : 0);
    registry.registerGauge("vmm_path_proxy", () -> status.get().paths().proxy() ? 1 : 0);
    registry.registerGauge("vmm_path_disks", () -> status.get().paths().disks() ? 1 : 0);
    registry.registerGauge(
        "vmm_transfer_round", () -> status.get().transfer().map(TransferProgress::round).orElse(0));
    registry.registerGauge(
        "vmm_transfer_bytes_sent",
        () -> status.get().transfer().map(TransferProgress::bytesSent).orElse(0L));
    registry.registerGauge(
        "vmm_transfer_pages_left",
        () -> status.get().transfer().map(TransferProgress::pagesLeft).orElse(0));
    registry.registerGauge("vmm_position", () -> status.get().position());
    registry.registerGauge("vmm_epoch", () -> status.get().epoch());
    registry.registerGauge("vmm_guest_generation", () -> status.get().guestGeneration());
    registry.registerGauge("vmm_live", () -> status.get().role().isLive() ? 1 : 0);
    registry.registerGauge("vmm_lag_nanos", () -> status.get().lagNanos());
    registry.registerGauge(
        "vmm_silence_limit_nanos", () -> status.get().silenceLimitNanos().orElse(0));
    registry.registerGauge("vmm_log_unacked_bytes", () -> status.get().unackedBytes());
    registry.registerGauge("vmm_outputs_made", () -> status.get().outputsMade());
    registry.registerGauge("vmm_outputs_released", () -> status.get().outputsReleased());
    registry.registerGauge("vmm_open_requests", () -> status.get().openRequests());
    registry.registerGauge("vmm_kept_writes_bytes", () -> status.get().keptWritesBytes());
  }

  void ran(long stepsDone, long nanos) {
    steps.mark(stepsDone);
    sliceMicros.update(nanos / 1000);
  }

  /** How long going live takes, from losing the other to being live alone. */
  void roleChanged(Role from, Role to, long nowNanos) {
    switch (to) {
      case SEALED, GOING_ALONE -> takeoverBeganNanos = nowNanos;
      case ALONE -> {
        long micros = (nowNanos - takeoverBeganNanos) / 1000;
        if (from == Role.GOING_LIVE) {
          goLiveMicros.update(micros);
        } else if (from == Role.GOING_ALONE) {
          goAloneMicros.update(micros);
        }
      }
      case WAITING,
          CANDIDATE,
          LIVE_WAITING,
          PRIMARY,
          HANDING_OVER,
          BACKUP,
          TAKING_OVER,
          GOING_LIVE,
          HALTED -> {}
    }
  }

  /** The roles were switched, and the guest stood still for that. */
  void rolesSwitched(long stoodStillNanos) {
    lastHandOverNanos = stoodStillNanos;
    handOverMicros.update(stoodStillNanos / 1000);
  }

  void sentToPeer(LogChannelMessage message) {
    if (message instanceof LogChannelMessage.Entries entries) {
      logEntries.mark(entries.entries().size());
      long bytes = 0;
      for (LogEntry entry : entries.entries()) {
        bytes += entry.sizeBytes();
      }
      logBytes.mark(bytes);
    }
  }

  void frameSent(Bytes frame) {
    framesSent.mark();
    frameBytesSent.mark(frame.length());
  }

  void diskSubmitted() {
    diskRequests.mark();
  }

  long stepsTotal() {
    return steps.getCount();
  }

  /** For how long the guest stood still when this replica last handed over; 0 if it never has. */
  long lastHandOverNanos() {
    return lastHandOverNanos;
  }

  long logBytesTotal() {
    return logBytes.getCount();
  }
}
