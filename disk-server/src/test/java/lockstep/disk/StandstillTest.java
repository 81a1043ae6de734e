package lockstep.disk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import lockstep.disk.store.StoreKind;
import lockstep.ft.arbiter.ArbiterReply;
import lockstep.ft.arbiter.ArbiterRequest;
import lockstep.ft.arbiter.Member;
import lockstep.ft.net.Transport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** DESIGN, "Lease": a server that was stopped grants a full lease when it continues. */
@Tag("slow")
final class StandstillTest {
  private static final long LEASE_MILLIS = 1_000;
  private static final int TRIES_MAX = 300;
  private static final Member LIVE = ServerFixture.member(1);
  private static final Member OTHER = ServerFixture.member(2);

  @TempDir Path data;

  private static ArbiterRequest start(Member claimant, long epoch, long nonce) {
    return new ArbiterRequest.Start(TestVm.NAME, claimant, epoch, nonce);
  }

  @Test
  void whatWaitedWhileTheArbiterWasStoppedIsJudgedAsOnItsStart()
      throws IOException, InterruptedException {
    try (Transport transport = new Transport("standstill-test", 1);
        ServerProcess server = ServerProcess.start(data, StoreKind.ROCKSDB, LEASE_MILLIS)) {
      TestVm.define(server.http(), TestVm.DISK_BYTES);
      ServerFixture.ArbiterClient arbiter = server.arbiter(transport);
      long epoch = ServerFixture.granted(arbiter.ask(start(LIVE, arbiter.epoch(), 1)));

      server.signal("STOP");
      arbiter.send(start(OTHER, epoch, 2));
      arbiter.send(new ArbiterRequest.Renew(TestVm.NAME, LIVE.id(), epoch, 3));
      Thread.sleep(2 * LEASE_MILLIS);
      server.signal("CONT");
      assertFalse(assertInstanceOf(ArbiterReply.Refused.class, arbiter.next()).lost());
      assertInstanceOf(ArbiterReply.Renewed.class, arbiter.next());

      assertEquals(epoch + 1, startedSoon(arbiter, epoch), "a replica that is silent loses");
    }
  }

  private static long startedSoon(ServerFixture.ArbiterClient arbiter, long epoch)
      throws InterruptedException {
    for (int tries = 0; tries < TRIES_MAX; tries++) {
      ArbiterReply reply = arbiter.ask(start(OTHER, epoch, 4));
      if (reply instanceof ArbiterReply.Granted) {
        assertTrue(tries > 0, "a full lease was granted");
        return ServerFixture.granted(reply);
      }
      Thread.sleep(LEASE_MILLIS / 10);
    }
    throw new AssertionError("the lease does not end");
  }
}
