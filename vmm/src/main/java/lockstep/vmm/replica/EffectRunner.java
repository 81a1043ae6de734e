package lockstep.vmm.replica;

import java.security.SecureRandom;
import java.util.function.Consumer;
import lockstep.ft.core.Effect;
import lockstep.ft.core.Effects;
import lockstep.ft.core.ReplicaEvent;
import lockstep.ft.link.LinkMessage;
import lockstep.ft.log.LogEntry;
import lockstep.ft.machine.Bytes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out what the replica wants done. On the guest's thread; nothing here blocks, save that a
 * divergence's evidence is read, for a bounded time.
 */
final class EffectRunner implements Effects {
  private static final Logger log = LoggerFactory.getLogger(EffectRunner.class);

  private final Inbox inbox;
  private final ArbiterLink arbiter;
  private final PeerLinks peers;
  private final DiskLinks disks;
  private final ProxyLink proxy;
  private final ConsoleServer console;
  private final ReplicaMetrics metrics;
  private final Consumer<LogEntry> recorder;
  private final Consumer<Effect.DivergenceFound> stateKeeper;
  private final Consumer<Effect.Halt> onHalt;
  private final SecureRandom random = new SecureRandom();

  EffectRunner(
      Inbox inbox,
      ArbiterLink arbiter,
      PeerLinks peers,
      DiskLinks disks,
      ProxyLink proxy,
      ConsoleServer console,
      ReplicaMetrics metrics,
      Consumer<LogEntry> recorder,
      Consumer<Effect.DivergenceFound> stateKeeper,
      Consumer<Effect.Halt> onHalt) {
    this.inbox = inbox;
    this.arbiter = arbiter;
    this.peers = peers;
    this.disks = disks;
    this.proxy = proxy;
    this.console = console;
    this.metrics = metrics;
    this.recorder = recorder;
    this.stateKeeper = stateKeeper;
    this.onHalt = onHalt;
  }

  @Override
  public void emit(Effect effect) {
    switch (effect) {
      case Effect.AskArbiter ask -> arbiter.send(ask.request());
      case Effect.DialPeer dial -> peers.dial(dial.logEndpoint());
      case Effect.SendToPeer send -> {
        metrics.sentToPeer(send.message());
        peers.send(send.channel(), send.message());
      }
      case Effect.ClosePeer close -> peers.close(close.channel());
      case Effect.AttachDisk attach -> disks.attach(attach);
      case Effect.DetachDisk detach -> disks.detach(detach);
      case Effect.SubmitDisk submit -> {
        metrics.diskSubmitted();
        disks.submit(submit);
      }
      case Effect.AnnounceLive live ->
          proxy.send(new LinkMessage.Live(live.epoch(), live.guestGeneration()));
      case Effect.SendFrame send -> {
        metrics.frameSent(send.frame());
        proxy.sendFrame(send.frame());
      }
      case Effect.WriteConsole write -> console.write(write.offset(), write.data().array());
      case Effect.DrawEntropy draw -> {
        byte[] drawn = new byte[draw.length()];
        random.nextBytes(drawn);
        inbox.put(new ReplicaEvent.EntropyDrawn(draw.requestId(), Bytes.of(drawn)));
      }
      case Effect.Logged logged -> recorder.accept(logged.entry());
      case Effect.RoleChanged changed -> {
        metrics.roleChanged(changed.from(), changed.to(), System.nanoTime());
        log.info(
            "role={}->{} epoch={} lsn={} position={} why=\"{}\"",
            changed.from(),
            changed.to(),
            changed.epoch(),
            changed.nextLsn(),
            changed.position(),
            changed.why());
      }
      case Effect.StartedAnew anew ->
          log.warn(
              "guest=STARTED_ANEW generation={} why=\"primary and backup are gone: it boots from"
                  + " its disk, and what was only in its memory is lost\"",
              anew.guestGeneration());
      case Effect.Noted noted -> log.info("{}", noted.what());
      case Effect.TransferTold told ->
          log.info(
              "transfer={} peer={} round={} pages={} bytes={} left={}",
              told.what(),
              told.peer().brief(),
              told.progress().round(),
              told.progress().pagesSent(),
              told.progress().bytesSent(),
              told.progress().pagesLeft());
      case Effect.RolesSwitched switched -> {
        metrics.rolesSwitched(switched.stoodStillNanos());
        log.info("guest=SWITCHED stood-still-micros={}", switched.stoodStillNanos() / 1000);
      }
      case Effect.DivergenceFound found -> stateKeeper.accept(found);
      case Effect.Hashed hashed ->
          log.debug("hash={} lsn={} position={}", hashed.hash(), hashed.lsn(), hashed.position());
      case Effect.Halt halt -> onHalt.accept(halt);
    }
  }
}
