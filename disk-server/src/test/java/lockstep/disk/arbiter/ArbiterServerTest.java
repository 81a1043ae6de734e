package lockstep.disk.arbiter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Optional;
import lockstep.disk.ServerFixture;
import lockstep.disk.ServerFixture.ArbiterClient;
import lockstep.disk.TestVm;
import lockstep.disk.WithServer;
import lockstep.ft.arbiter.ArbiterReply;
import lockstep.ft.arbiter.ArbiterRequest;
import org.junit.jupiter.api.Test;

final class ArbiterServerTest extends WithServer {
  private static ArbiterRequest claim(long replica, long epoch, long nonce) {
    return new ArbiterRequest.Claim(TestVm.NAME, ServerFixture.member(replica), epoch, nonce);
  }

  @Test
  void aRecordOutlivesTheServerAndARepeatedClaimGetsItsAnswerAgain() throws IOException {
    ArbiterClient arbiter = fixture.arbiter();
    long alone = fixture.start(arbiter, 1);
    long pair =
        ServerFixture.granted(
            arbiter.ask(
                new ArbiterRequest.Enlist(
                    TestVm.NAME, ServerFixture.member(1).id(), alone, ServerFixture.member(2), 5)));
    ArbiterReply granted = arbiter.ask(claim(2, pair, 6));
    assertEquals(pair + 1, ServerFixture.granted(granted));

    fixture.restart();
    ArbiterClient again = fixture.arbiter();
    assertEquals(granted, again.ask(claim(2, pair, 6)));
    ArbiterReply.Refused lost =
        assertInstanceOf(ArbiterReply.Refused.class, again.ask(claim(1, pair, 7)));
    assertTrue(lost.lost());
    assertEquals(pair + 1, lost.record().epoch());
  }

  @Test
  void onlyOneOfTwoClaimsWins() {
    ArbiterClient arbiter = fixture.arbiter();
    long alone = fixture.start(arbiter, 1);
    var enlist =
        new ArbiterRequest.Enlist(
            TestVm.NAME, ServerFixture.member(1).id(), alone, ServerFixture.member(2), 5);
    long pair = ServerFixture.granted(arbiter.ask(enlist));
    ArbiterClient other = fixture.arbiter();
    arbiter.send(claim(1, pair, 8));
    other.send(claim(2, pair, 9));
    boolean first = arbiter.next() instanceof ArbiterReply.Granted;
    boolean second = other.next() instanceof ArbiterReply.Granted;
    assertTrue(first ^ second);
  }

  @Test
  void aWatcherHearsTheRecordNowAndAfterEachChange() {
    ArbiterClient watcher = fixture.arbiter();
    watcher.send(new ArbiterRequest.Watch(TestVm.NAME));
    assertEquals(0, current(watcher).epoch());
    ArbiterClient arbiter = fixture.arbiter();
    long epoch = fixture.start(arbiter, 1);
    assertEquals(epoch, current(watcher).epoch());
    arbiter.ask(claim(1, epoch, 3));
    assertEquals(epoch + 1, current(watcher).epoch());
  }

  private static lockstep.ft.arbiter.ArbiterRecord current(ArbiterClient watcher) {
    return assertInstanceOf(ArbiterReply.Current.class, watcher.next()).record();
  }

  @Test
  void aRunningLeaseKeepsASecondStartOut() {
    ArbiterClient arbiter = fixture.arbiter();
    long epoch = fixture.start(arbiter, 1);
    ArbiterReply.Refused refused =
        assertInstanceOf(
            ArbiterReply.Refused.class,
            arbiter.ask(new ArbiterRequest.Start(TestVm.NAME, ServerFixture.member(9), epoch, 4)));
    assertTrue(!refused.lost());
    assertEquals(Optional.of(ServerFixture.member(1)), refused.record().live());
  }

  @Test
  void aVmThatNobodyHasDefinedIsRefusedByName() {
    var start = new ArbiterRequest.Start("ghost", ServerFixture.member(1), 0, 4);
    ArbiterReply.HelloRefused refused =
        assertInstanceOf(ArbiterReply.HelloRefused.class, fixture.arbiter("ghost").ask(start));
    assertEquals("no VM ghost is defined here", refused.reason());
    ArbiterReply.HelloRefused astray =
        assertInstanceOf(ArbiterReply.HelloRefused.class, fixture.arbiter().ask(start));
    assertEquals("this connection asks about web, not about ghost", astray.reason());
  }
}
