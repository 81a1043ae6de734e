package lockstep.disk.nbd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import lockstep.ft.nbd.Nbd;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class RepliesTest {
  private static final int DATA_BYTES = 4096;

  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final Replies replies = new Replies(channel, false);

  @AfterEach
  void end() {
    replies.release();
    channel.finishAndReleaseAll();
  }

  private void answerRead(long cookie) {
    replies.room(Nbd.SIMPLE_REPLY_BYTES + DATA_BYTES);
    replies.ok(cookie);
    replies.room(DATA_BYTES).writeZero(DATA_BYTES);
    replies.sendMuch();
  }

  private ByteBuf sent() {
    ByteBuf all = Unpooled.buffer();
    for (ByteBuf part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
      all.writeBytes(part);
      part.release();
    }
    return all;
  }

  private static void assertReadsAnswered(ByteBuf sent, int first, int count) {
    for (int i = 0; i < count; i++) {
      assertEquals(Nbd.SIMPLE_REPLY_MAGIC, sent.readInt());
      assertEquals(Nbd.OK, sent.readInt());
      assertEquals(first + i, sent.readLong());
      sent.skipBytes(DATA_BYTES);
    }
    assertFalse(sent.isReadable());
  }

  @Test
  void answersThatAreReadyTogetherTravelTogether() {
    for (int i = 0; i < 5; i++) {
      answerRead(i);
      assertTrue(channel.outboundMessages().isEmpty(), "answer " + i);
    }
    replies.send();
    assertReadsAnswered(sent(), 0, 5);
  }

  @Test
  void muchIsSentThoughMoreMayBeReadySoon() {
    int count = 0;
    while (channel.outboundMessages().isEmpty()) {
      answerRead(count++);
    }
    assertTrue(count > 1);
    assertReadsAnswered(sent(), 0, count);
    replies.send();
    assertTrue(channel.outboundMessages().isEmpty());
  }

  @Test
  void dataOfItsOwnFollowsWhatIsGathered() {
    answerRead(0);
    answerRead(1);
    replies.ok(2);
    replies.data(Unpooled.buffer().writeZero(DATA_BYTES));
    assertReadsAnswered(sent(), 0, 3);
  }
}
