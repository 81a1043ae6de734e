package lockstep.proxy.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.OptionalInt;
import lockstep.proxy.net.Slice;
import lockstep.proxy.net.TcpOptions;
import lockstep.proxy.net.TcpSegment;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Golden transcripts against a scripted peer, a rule of the RFC each. */
final class TcpConnectionTest {

  @Nested
  final class Opening {
    @Test
    void activeOpenIsAThreeWayHandshake_rfc9293_figure6() {
      Script s = Script.closed();
      assertEquals("SYN seq=1000 ack=0 win=1000 len=0 mss=100 ws=0", s.event(new TcpEvent.Open()));
      assertEquals(
          "established\nACK seq=1001 ack=5001 win=1000 len=0",
          s.peer("SYN|ACK", 5000, 1001, 1000, "", 100));
      assertEquals(TcpState.ESTABLISHED, s.connection.state());
    }

    @Test
    void passiveOpenAnswersTheSyn() {
      Script s = Script.listening();
      assertEquals(
          "SYN|ACK seq=1000 ack=5001 win=1000 len=0 mss=100",
          s.peer("SYN", 5000, 0, 1000, "", 100));
      assertEquals("established", s.peer("ACK", 5001, 1001, 1000, ""));
    }

    @Test
    void aRepeatedSynIsAnsweredAgainAtOnce() {
      Script s = Script.listening();
      String _ = s.peer("SYN", 5000, 0, 1000, "", 100);
      assertEquals(
          "again SYN|ACK seq=1000 ack=5001 win=1000 len=0 mss=100",
          s.peer("SYN", 5000, 0, 1000, "", 100));
    }

    @Test
    void simultaneousOpen_rfc9293_figure7() {
      Script s = Script.closed();
      String _ = s.event(new TcpEvent.Open());
      assertEquals(
          "again SYN|ACK seq=1000 ack=5001 win=1000 len=0 mss=100",
          s.peer("SYN", 5000, 0, 1000, "", 100));
      assertEquals(TcpState.SYN_RECEIVED, s.connection.state());
      assertEquals(
          "established\nACK seq=1001 ack=5001 win=1000 len=0",
          s.peer("SYN|ACK", 5000, 1001, 1000, "", 100));
    }

    @Test
    void aClosedPortRefuses_rfc9293_3_10_7_3() {
      Script s = Script.closed();
      String _ = s.event(new TcpEvent.Open());
      assertEquals("broken REFUSED", s.peer("RST|ACK", 0, 1001, 0, ""));
      assertTrue(s.connection.gone());
      assertEquals(0, s.budget.bytesReserved());
    }

    @Test
    void aResetThatAcknowledgesSomethingElseIsIgnoredInSynSent() {
      Script s = Script.closed();
      String _ = s.event(new TcpEvent.Open());
      assertEquals("", s.peer("RST|ACK", 0, 77, 0, ""));
      assertEquals("", s.peer("RST", 0, 0, 0, ""));
      assertEquals(TcpState.SYN_SENT, s.connection.state());
    }

    @Test
    void anOldDuplicateIsResetInSynSent_rfc9293_figure9() {
      Script s = Script.closed();
      String _ = s.event(new TcpEvent.Open());
      assertEquals("RST seq=77 ack=0 win=0 len=0", s.peer("ACK", 300, 77, 1000, ""));
      assertEquals(TcpState.SYN_SENT, s.connection.state());
    }

    @Test
    void theSynIsRepeatedWithBackingOff_rfc6298_5() {
      Script s = Script.closed();
      String _ = s.event(new TcpEvent.Open());
      String syn = "again SYN seq=1000 ack=0 win=1000 len=0 mss=100 ws=0";
      assertEquals(
          "@1000 " + syn + "\n@3000 " + syn + "\n@7000 " + syn + "\n@11000 " + syn,
          s.after(11_500));
    }

    @Test
    void anUnansweredSynGivesUp() {
      Script s = Script.closed();
      String _ = s.event(new TcpEvent.Open());
      assertTrue(s.after(70_000).endsWith("broken TIMED_OUT"));
    }

    @Test
    void windowsAreScaledOnlyIfBothOfferIt_rfc7323_2_2() {
      Script s = Script.closed(TcpLimits.DEFAULT);
      assertEquals(
          "SYN seq=1000 ack=0 win=65535 len=0 mss=1460 ws=5", s.event(new TcpEvent.Open()));
      TcpOptions scaled = TcpOptions.of(1460, OptionalInt.of(7));
      assertEquals(
          "established\nACK seq=1001 ack=5001 win=2047 len=0",
          s.arrive("SYN|ACK", 5000, 1001, 10, "", scaled));
      String _ = s.arrive("ACK", 5001, 1001, 10, "", TcpOptions.NONE);
      String sent = s.send(2000);
      assertEquals("ACK seq=1001 ack=5001 win=2047 len=1280", sent.replace("|PSH", ""));
    }
  }

  @Nested
  final class Sending {
    @Test
    void dataGoesOutAtOnceWithPush() {
      Script s = Script.established();
      assertEquals("PSH|ACK seq=1001 ack=5001 win=1000 len=50", s.send(50));
      assertEquals("PSH|ACK seq=1051 ack=5001 win=1000 len=60", s.send(60));
      assertEquals("", s.peer("ACK", 5001, 1111, 1000, ""));
      assertEquals(Long.MAX_VALUE, s.connection.deadlineNanos());
    }

    @Test
    void largeSegmentsAreWholeMultiplesOfTheSegmentSize() {
      Script s = Script.established();
      assertEquals(
          """
          ACK seq=1001 ack=5001 win=1000 len=300
          ACK seq=1301 ack=5001 win=1000 len=300
          PSH|ACK seq=1601 ack=5001 win=1000 len=150""",
          s.send(750));
    }

    @Test
    void theWindowHoldsDataBack() {
      Script s = Script.established(300);
      assertEquals("ACK seq=1001 ack=5001 win=1000 len=300", s.send(500));
      assertEquals(
          "PSH|ACK seq=1301 ack=5001 win=1000 len=200", s.peer("ACK", 5001, 1301, 300, ""));
    }

    @Test
    void noSillyLittleSegments_rfc9293_3_8_6_2_1() {
      Script s = Script.established(330);
      assertEquals("ACK seq=1001 ack=5001 win=1000 len=300", s.send(500));
      assertEquals("", s.peer("ACK", 5001, 1001, 340, ""));
    }

    @Test
    void moreThanTheSpaceIsRefused() {
      Script s = Script.established(0);
      assertEquals(1000, s.connection.sendSpace());
      assertThrows(IllegalArgumentException.class, () -> s.send(1001));
    }

    @Test
    void theBufferGrowsWithinTheBudget() {
      Script s = Script.established(0);
      String _ = s.send(1000);
      assertEquals(1000, s.connection.sendSpace());
      String _ = s.send(1000);
      assertEquals(0, s.connection.sendSpace());
    }

    @Test
    void aLostSegmentIsSentAgainAfterTheTimeout_rfc6298_5_4() {
      Script s = Script.established();
      String _ = s.send(50);
      // The handshake took no time, so the timeout is the minimum.
      assertEquals(
          "@200 again PSH|ACK seq=1001 ack=5001 win=1000 len=50\n"
              + "@600 again PSH|ACK seq=1001 ack=5001 win=1000 len=50",
          s.after(1000));
    }

    @Test
    void afterATimeoutTheRestFollowsInSlowStart() {
      Script s = Script.established();
      String _ = s.send(600);
      assertEquals("@200 again ACK seq=1001 ack=5001 win=1000 len=100", s.after(300));
      assertEquals(
          "again ACK seq=1101 ack=5001 win=1000 len=200", s.peer("ACK", 5001, 1101, 1000, ""));
      assertEquals("", s.peer("ACK", 5001, 1601, 1000, ""));
      assertEquals("", s.after(10_000));
    }

    @Test
    void threeDuplicatesAreALoss_rfc5681_3_2() {
      Script s = Script.established();
      String _ = s.send(600);
      assertEquals("", s.peer("ACK", 5001, 1001, 1000, ""));
      assertEquals("", s.peer("ACK", 5001, 1001, 1000, ""));
      assertEquals(
          "again ACK seq=1001 ack=5001 win=1000 len=100", s.peer("ACK", 5001, 1001, 1000, ""));
    }

    @Test
    void onlyWhatWasSentIsSentAgain() {
      Script s = Script.established(50);
      assertEquals("ACK seq=1001 ack=5001 win=1000 len=50", s.send(80));
      String _ = s.event(new TcpEvent.Close());
      String _ = s.peer("ACK", 5001, 1001, 50, "");
      String _ = s.peer("ACK", 5001, 1001, 50, "");
      assertEquals(
          "again ACK seq=1001 ack=5001 win=1000 len=50", s.peer("ACK", 5001, 1001, 50, ""));
      assertEquals(
          "FIN|PSH|ACK seq=1051 ack=5001 win=1000 len=30", s.peer("ACK", 5001, 1051, 50, ""));
    }

    @Test
    void aPartialAcknowledgmentShowsTheNextLoss_rfc6582_3_2() {
      Script s = Script.established();
      String _ = s.send(600);
      for (int i = 0; i < 3; i++) {
        String _ = s.peer("ACK", 5001, 1001, 1000, "");
      }
      assertEquals(
          "again ACK seq=1301 ack=5001 win=1000 len=100", s.peer("ACK", 5001, 1301, 1000, ""));
    }

    @Test
    void aSilentPeerEndsTheConnection_rfc9293_3_8_3() {
      Script s = Script.established();
      String _ = s.send(50);
      String last = s.after(70_000).lines().reduce((_, b) -> b).orElseThrow();
      assertTrue(last.endsWith("RST|ACK seq=1051 ack=5001 win=0 len=0; broken TIMED_OUT"), last);
    }
  }

  @Nested
  final class ZeroWindow {
    @Test
    void isProbedWithOneByte_rfc9293_3_8_6_1() {
      Script s = Script.established(0);
      assertEquals("", s.send(50));
      assertEquals(
          "@200 ACK seq=1001 ack=5001 win=1000 len=1\n"
              + "@600 again ACK seq=1001 ack=5001 win=1000 len=1",
          s.after(700));
    }

    @Test
    void opensWithAnUpdate() {
      Script s = Script.established(0);
      String _ = s.send(50);
      String _ = s.after(300);
      assertEquals("", s.peer("ACK", 5001, 1001, 0, ""));
      assertEquals(
          "again PSH|ACK seq=1001 ack=5001 win=1000 len=50", s.peer("ACK", 5001, 1001, 500, ""));
    }

    @Test
    void aProbeThatIsTakenCounts() {
      Script s = Script.established(0);
      String _ = s.send(50);
      String _ = s.after(300);
      assertEquals("PSH|ACK seq=1002 ack=5001 win=1000 len=49", s.peer("ACK", 5001, 1002, 500, ""));
    }

    @Test
    void neverEndsAConnectionThatAnswers_rfc9293_3_8_6_1() {
      Script s = Script.established(0);
      String _ = s.send(50);
      for (int i = 0; i < 300; i++) {
        String _ = s.after(1000);
        String _ = s.peer("ACK", 5001, 1001, 0, "");
      }
      assertEquals(TcpState.ESTABLISHED, s.connection.state());
    }

    @Test
    void holdsTheFinBackToo() {
      Script s = Script.established(0);
      assertEquals("", s.event(new TcpEvent.Close()));
      assertEquals("FIN|ACK seq=1001 ack=5001 win=1000 len=0", s.after(200).substring(5));
      assertEquals(
          "again FIN|ACK seq=1001 ack=5001 win=1000 len=0", s.peer("ACK", 5001, 1001, 500, ""));
    }
  }

  @Nested
  final class Receiving {
    @Test
    void anAcknowledgmentWaitsForCompany_rfc9293_3_8_6_3() {
      Script s = Script.established();
      assertEquals("deliver abc", s.peer("ACK", 5001, 1001, 1000, "abc"));
      assertEquals("@10 ACK seq=1001 ack=5004 win=997 len=0", s.after(20));
    }

    @Test
    void dataTakesTheAcknowledgmentAlong() {
      Script s = Script.established();
      String _ = s.peer("ACK", 5001, 1001, 1000, "abc");
      assertEquals("PSH|ACK seq=1001 ack=5004 win=997 len=4", s.send(4));
      assertEquals("", s.after(100));
    }

    @Test
    void everySecondFullSegmentIsAcknowledgedAtOnce() {
      Script s = Script.established();
      String full = "x".repeat(100);
      assertEquals("deliver " + full, s.peer("ACK", 5001, 1001, 1000, full));
      assertEquals(
          "deliver " + full + "\nACK seq=1001 ack=5201 win=800 len=0",
          s.peer("ACK", 5101, 1001, 1000, full));
    }

    @Test
    void segmentsOutOfOrderArePutInOrder_rfc9293_3_10_7_4_seventh() {
      Script s = Script.established();
      assertEquals("ACK seq=1001 ack=5001 win=1000 len=0", s.peer("ACK", 5004, 1001, 1000, "def"));
      assertEquals("ACK seq=1001 ack=5001 win=1000 len=0", s.peer("ACK", 5010, 1001, 1000, "jkl"));
      assertEquals(
          "deliver abc\ndeliver def\nACK seq=1001 ack=5007 win=994 len=0",
          s.peer("ACK", 5001, 1001, 1000, "abc"));
      assertEquals(
          "deliver ghi\ndeliver jkl\nACK seq=1001 ack=5013 win=988 len=0",
          s.peer("ACK", 5005, 1001, 1000, "efghi"));
    }

    @Test
    void oldTextIsAcknowledgedAgain_rfc9293_3_10_7_4_first() {
      Script s = Script.established();
      String _ = s.peer("ACK", 5001, 1001, 1000, "abc");
      assertEquals("ACK seq=1001 ack=5004 win=997 len=0", s.peer("ACK", 5001, 1001, 1000, "abc"));
    }

    @Test
    void textBeyondTheWindowIsCutOff() {
      Script s = Script.established();
      String _ = s.peer("ACK", 5001, 1001, 1000, "x".repeat(990));
      assertEquals(
          "deliver 0123456789\nACK seq=1001 ack=6001 win=0 len=0",
          s.peer("ACK", 5991, 1001, 1000, "0123456789abc"));
    }

    @Test
    void aSlowUserClosesTheWindowAndOpensItAgainByHalf_rfc9293_3_8_6_2_2() {
      Script s = Script.established();
      String _ = s.peer("ACK", 5001, 1001, 1000, "x".repeat(1000));
      assertEquals("", s.event(new TcpEvent.Consumed(400)));
      assertEquals("ACK seq=1001 ack=6001 win=500 len=0", s.event(new TcpEvent.Consumed(100)));
    }

    @Test
    void aZeroWindowProbeIsAnswered() {
      Script s = Script.established();
      String _ = s.peer("ACK", 5001, 1001, 1000, "x".repeat(1000));
      assertEquals("ACK seq=1001 ack=6001 win=0 len=0", s.peer("ACK", 6001, 1001, 1000, "y"));
    }

    @Test
    void anAcknowledgmentOfSomethingNeverSentIsAnswered() {
      Script s = Script.established();
      assertEquals("ACK seq=1001 ack=5001 win=1000 len=0", s.peer("ACK", 5001, 1500, 1000, "abc"));
    }
  }

  @Nested
  final class Closing {
    @Test
    void weCloseFirst_rfc9293_figure12() {
      Script s = Script.established();
      assertEquals("FIN|ACK seq=1001 ack=5001 win=1000 len=0", s.event(new TcpEvent.Close()));
      assertEquals("", s.peer("ACK", 5001, 1002, 1000, ""));
      assertEquals(TcpState.FIN_WAIT_2, s.connection.state());
      assertEquals("deliver late", s.peer("ACK", 5001, 1002, 1000, "late"));
      assertEquals(
          "peer closed\nfinished\nACK seq=1002 ack=5006 win=995 len=0",
          s.peer("FIN|ACK", 5005, 1002, 1000, ""));
      assertEquals(TcpState.TIME_WAIT, s.connection.state());
      assertEquals(1000, s.budget.bytesReserved(), "held until the user has taken everything");
      assertEquals("", s.event(new TcpEvent.Consumed(4)));
      assertEquals(0, s.budget.bytesReserved(), "who only lingers holds nothing");
      assertEquals("", s.after(10_000));
      assertTrue(s.connection.gone());
      assertEquals(0, s.budget.bytesReserved());
    }

    @Test
    void thePeerClosesFirst() {
      Script s = Script.accepted();
      assertEquals(
          "peer closed\nACK seq=1001 ack=5002 win=999 len=0",
          s.peer("FIN|ACK", 5001, 1001, 1000, ""));
      assertEquals("PSH|ACK seq=1001 ack=5002 win=999 len=20", s.send(20));
      String _ = s.peer("ACK", 5002, 1021, 1000, "");
      assertEquals("FIN|ACK seq=1021 ack=5002", s.event(new TcpEvent.Close()).substring(0, 25));
      assertEquals("finished", s.peer("ACK", 5002, 1022, 1000, ""));
      assertTrue(s.connection.gone());
    }

    @Test
    void bothCloseAtOnce_rfc9293_figure13() {
      Script s = Script.established();
      String _ = s.event(new TcpEvent.Close());
      String answer = s.peer("FIN|ACK", 5001, 1001, 1000, "");
      assertTrue(answer.startsWith("peer closed\nACK seq=1002 ack=5002"), answer);
      assertEquals(TcpState.CLOSING, s.connection.state());
      assertEquals("finished", s.peer("ACK", 5002, 1002, 1000, ""));
      assertEquals(TcpState.TIME_WAIT, s.connection.state());
    }

    @Test
    void theFinFollowsTheData() {
      Script s = Script.established(100);
      String _ = s.send(150);
      assertEquals("", s.event(new TcpEvent.Close()));
      assertEquals(
          "FIN|PSH|ACK seq=1101 ack=5001 win=1000 len=50", s.peer("ACK", 5001, 1101, 100, ""));
    }

    @Test
    void aFinOutOfOrderWaitsForItsData() {
      Script s = Script.established();
      assertEquals(
          "ACK seq=1001 ack=5001 win=1000 len=0", s.peer("FIN|ACK", 5004, 1001, 1000, "def"));
      String all = s.peer("ACK", 5001, 1001, 1000, "abc");
      assertTrue(
          all.startsWith("deliver abc\ndeliver def\npeer closed\nACK seq=1001 ack=5008"), all);
    }

    @Test
    void aLostFinIsSentAgain() {
      Script s = Script.established();
      String _ = s.event(new TcpEvent.Close());
      assertEquals("@200 again FIN|ACK seq=1001 ack=5001 win=1000 len=0", s.after(300));
    }

    @Test
    void aRepeatedFinInTimeWaitIsAcknowledgedAndRestartsTheTimer() {
      Script s = Script.established();
      String _ = s.event(new TcpEvent.Close());
      String _ = s.peer("FIN|ACK", 5001, 1002, 1000, "");
      String _ = s.after(9_000);
      assertTrue(s.peer("FIN|ACK", 5001, 1002, 1000, "").startsWith("ACK seq=1002 ack=5002"));
      String _ = s.after(9_000);
      assertEquals(TcpState.TIME_WAIT, s.connection.state());
    }

    @Test
    void onlyANewSynMaySucceedAConnectionInTimeWait_rfc9293_3_6_1() {
      Script s = Script.established();
      assertFalse(s.connection.succeededBy(syn(9000)), "not in TIME-WAIT");
      String _ = s.event(new TcpEvent.Close());
      String _ = s.peer("FIN|ACK", 5001, 1002, 1000, "");
      assertFalse(s.connection.succeededBy(syn(Script.IRS)), "the old one again");
      assertFalse(s.connection.succeededBy(syn(5001)));
      assertTrue(s.connection.succeededBy(syn(5003)));
    }

    private TcpSegment syn(int sequence) {
      return new TcpSegment(9, 80, sequence, 0, TcpSegment.SYN, 1000, TcpOptions.NONE, Slice.EMPTY);
    }

    @Test
    void closeDuringTheHandshakeWaitsForIt() {
      Script s = Script.closed();
      String _ = s.event(new TcpEvent.Open());
      assertEquals("", s.event(new TcpEvent.Close()));
      assertEquals(
          "established\nFIN|ACK seq=1001 ack=5001 win=1000 len=0",
          s.peer("SYN|ACK", 5000, 1001, 1000, "", 100));
    }
  }

  @Nested
  final class Resetting {
    @Test
    void abortSendsAReset_rfc9293_3_10_5() {
      Script s = Script.established();
      String _ = s.send(30);
      assertEquals(
          "RST|ACK seq=1031 ack=5001 win=0 len=0\nbroken ABORTED", s.event(new TcpEvent.Abort()));
      assertEquals(0, s.budget.bytesReserved());
    }

    @Test
    void anExactResetIsBelieved_rfc5961_3() {
      Script s = Script.established();
      assertEquals("broken RESET_BY_PEER", s.peer("RST", 5001, 0, 0, ""));
    }

    @Test
    void aResetElsewhereInTheWindowIsChallenged_rfc5961_3() {
      Script s = Script.established();
      assertEquals("ACK seq=1001 ack=5001 win=1000 len=0", s.peer("RST", 5100, 0, 0, ""));
      assertEquals(TcpState.ESTABLISHED, s.connection.state());
    }

    @Test
    void aResetOutsideTheWindowIsIgnored() {
      Script s = Script.established();
      assertEquals("", s.peer("RST", 9999, 0, 0, ""));
    }

    @Test
    void aSynInTheWindowIsChallenged_rfc5961_4() {
      Script s = Script.established();
      assertEquals("ACK seq=1001 ack=5001 win=1000 len=0", s.peer("SYN", 5100, 0, 0, ""));
    }

    @Test
    void aSegmentForNobodyIsRefused_rfc9293_3_10_7_1() {
      Script s = Script.closed();
      assertEquals("RST|ACK seq=0 ack=5001 win=0 len=0", s.peer("SYN", 5000, 0, 1000, "", 100));
      assertEquals("RST seq=42 ack=0 win=0 len=0", s.peer("ACK", 5000, 42, 1000, "abc"));
      assertEquals("", s.peer("RST", 5000, 0, 0, ""));
    }

    @Test
    void acknowledgmentsOutOfPlaceAreAnsweredOnceInAWhile_rfc5961_7() {
      Script s = Script.established();
      assertEquals("ACK seq=1001 ack=5001 win=1000 len=0", s.peer("ACK", 4000, 1001, 1000, ""));
      assertEquals("", s.peer("ACK", 4000, 1001, 1000, ""));
      String _ = s.after(500);
      assertEquals("ACK seq=1001 ack=5001 win=1000 len=0", s.peer("ACK", 4000, 1001, 1000, ""));
    }
  }

  @Nested
  final class Failover {
    @Test
    void everythingUnacknowledgedIsSentAgainAtOnce() {
      Script s = Script.established();
      String _ = s.send(750);
      String _ = s.event(new TcpEvent.Close());
      String _ = s.after(5000);
      assertEquals(
          """
          again ACK seq=1001 ack=5001 win=1000 len=300
          again ACK seq=1301 ack=5001 win=1000 len=300
          again FIN|PSH|ACK seq=1601 ack=5001 win=1000 len=150""",
          s.event(new TcpEvent.PathMoved()));
    }

    @Test
    void backingOffIsForgotten() {
      Script s = Script.established();
      String _ = s.send(50);
      String _ = s.after(5000);
      String _ = s.event(new TcpEvent.PathMoved());
      assertEquals("@5200 again PSH|ACK seq=1001 ack=5001 win=1000 len=50", s.after(300));
    }

    @Test
    void aSynIsSentAgainAtOnce() {
      Script s = Script.closed();
      String _ = s.event(new TcpEvent.Open());
      assertEquals(
          "again SYN seq=1000 ack=0 win=1000 len=0 mss=100 ws=0",
          s.event(new TcpEvent.PathMoved()));
    }

    @Test
    void whoWaitsForAnAnswerWaitsOnAfterALongOutage() {
      Script s = Script.closed();
      String _ = s.event(new TcpEvent.Open());
      String _ = s.event(new TcpEvent.PathLost());
      String _ = s.after(3_600_000);
      String _ = s.event(new TcpEvent.PathMoved());
      String syn = "again SYN seq=1000 ack=0 win=1000 len=0 mss=100 ws=0";
      assertEquals("@3601000 " + syn, s.after(1500));
      assertEquals(
          "established\nACK seq=1001 ack=5001 win=1000 len=0",
          s.peer("SYN|ACK", 5000, 1001, 1000, "", 100));
    }

    @Test
    void anAcknowledgmentThatMayBeLostIsRepeated() {
      Script s = Script.established();
      String _ = s.peer("ACK", 5001, 1001, 1000, "abc");
      String _ = s.after(20);
      assertEquals("ACK seq=1001 ack=5004 win=997 len=0", s.event(new TcpEvent.PathMoved()));
    }

    @Test
    void anIdleConnectionStaysSilent() {
      Script s = Script.established();
      String _ = s.after(20_000);
      assertEquals("", s.event(new TcpEvent.PathMoved()));
    }

    @Test
    void aClosedWindowIsProbedAtOnce() {
      Script s = Script.established(0);
      String _ = s.send(50);
      assertEquals("ACK seq=1001 ack=5001 win=1000 len=1", s.event(new TcpEvent.PathMoved()));
    }

    @Test
    void whileNobodyIsLiveNothingIsSentAndNothingTimesOut() {
      Script s = Script.established();
      String _ = s.send(50);
      assertEquals("", s.event(new TcpEvent.PathLost()));
      assertEquals("", s.after(3_600_000));
      assertEquals("", s.send(50));
      assertEquals(
          "again PSH|ACK seq=1001 ack=5001 win=1000 len=100", s.event(new TcpEvent.PathMoved()));
    }
  }
}
