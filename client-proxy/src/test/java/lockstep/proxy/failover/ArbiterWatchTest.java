package lockstep.proxy.failover;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import lockstep.ft.arbiter.ArbiterRecord;
import lockstep.ft.arbiter.ArbiterReply;
import lockstep.ft.arbiter.ArbiterReplyCodec;
import lockstep.ft.arbiter.ArbiterRequest;
import lockstep.ft.arbiter.ArbiterRequestCodec;
import lockstep.ft.net.MessageChannel;
import lockstep.ft.net.MessageListener;
import lockstep.ft.net.Transport;
import lockstep.proxy.guest.OwnHosts;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class ArbiterWatchTest {
  private static final Duration PROBE_INTERVAL = Duration.ofMillis(50);

  private final Transport transport = new Transport("test", 1);
  private final BlockingQueue<Long> epochs = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> confirmed = new LinkedBlockingQueue<>();
  private final AtomicLong unconfirmed = new AtomicLong();

  private final ArbiterWatch.Listener listener =
      new ArbiterWatch.Listener() {
        @Override
        public void recorded(ArbiterRecord record) {
          epochs.add(record.epoch());
        }

        @Override
        public OptionalLong unconfirmed() {
          long claim = unconfirmed.get();
          return claim == 0 ? OptionalLong.empty() : OptionalLong.of(claim);
        }

        @Override
        public void recordedAfter(long claim, ArbiterRecord record) {
          unconfirmed.set(0);
          confirmed.add("claim " + claim + ": epoch " + record.epoch());
        }
      };
  private final AtomicInteger connections = new AtomicInteger();

  @AfterEach
  void close() {
    transport.close();
  }

  /** Answers so many questions of a connection, then nothing more; the connection stays. */
  private static final class Arbiter implements MessageListener<ArbiterRequest, ArbiterReply> {
    private final long epoch;
    private int answersLeft;

    Arbiter(long epoch, int answers) {
      this.epoch = epoch;
      this.answersLeft = answers;
    }

    @Override
    public void opened(MessageChannel<ArbiterReply> channel) {}

    @Override
    public void received(MessageChannel<ArbiterReply> channel, ArbiterRequest request) {
      if (request instanceof ArbiterRequest.Watch && answersLeft > 0) {
        answersLeft--;
        ArbiterRecord record =
            new ArbiterRecord("web", epoch, Optional.empty(), Optional.empty(), 1);
        channel.send(new ArbiterReply.Current(record, 1000));
      }
    }

    @Override
    public void closed(String reason) {}
  }

  private void watchArbiterOf(int answersToTheFirst) throws Exception {
    Transport.Listening arbiter =
        transport.listen(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            new ArbiterRequestCodec(),
            new ArbiterReplyCodec(),
            _ -> {
              int number = connections.incrementAndGet();
              return new Arbiter(number, number == 1 ? answersToTheFirst : Integer.MAX_VALUE);
            });
    new ArbiterWatch(
            transport,
            transport.eventLoops().next(),
            arbiter.address(),
            "web",
            new OwnHosts(),
            listener,
            PROBE_INTERVAL)
        .start();
  }

  private long heard() throws InterruptedException {
    return Objects.requireNonNull(epochs.poll(20, TimeUnit.SECONDS), "nothing was heard");
  }

  @Test
  void anArbiterThatFallsSilentIsDialledAnew() throws Exception {
    watchArbiterOf(1);
    assertEquals(1, heard());
    assertEquals(2, heard());
  }

  @Test
  void whatAReplicaClaimsIsAskedForOnAConnectionOfItsOwn() throws Exception {
    unconfirmed.set(7);
    watchArbiterOf(Integer.MAX_VALUE);
    assertEquals("claim 7: epoch 2", confirmed.poll(20, TimeUnit.SECONDS));
    for (int i = 0; i < 5; i++) {
      assertEquals(1, heard());
    }
  }

  @Test
  void oneThatAnswersIsAskedOnTheSameConnectionForEver() throws Exception {
    watchArbiterOf(Integer.MAX_VALUE);
    for (int i = 0; i < 10; i++) {
      assertEquals(1, heard());
    }
    assertEquals(1, connections.get());
  }
}
