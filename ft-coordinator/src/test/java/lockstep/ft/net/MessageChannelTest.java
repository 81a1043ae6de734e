package lockstep.ft.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import lockstep.ft.wire.MalformedMessageException;
import lockstep.ft.wire.MessageCodec;
import lockstep.ft.wire.WireReader;
import lockstep.ft.wire.WireWriter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class MessageChannelTest {
  private static final InetSocketAddress ANY =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  private static final int FIRST_BYTES_MAX = 95;

  private final Transport transport = new Transport("test", 1);
  private final Recorder server = new Recorder();
  private final Recorder client = new Recorder();

  /** A protocol of words; the word "bad" is malformed. */
  private static final MessageCodec<String> WORDS =
      new MessageCodec<>() {
        @Override
        public String protocol() {
          return "words";
        }

        @Override
        public int messageBytesMax() {
          return 100;
        }

        @Override
        public int firstMessageBytesMax() {
          return FIRST_BYTES_MAX;
        }

        @Override
        public void encode(String message, WireWriter to) {
          to.string(message);
        }

        @Override
        public String decode(WireReader from) throws MalformedMessageException {
          String word = from.string();
          if (word.equals("bad")) {
            throw new MalformedMessageException("a bad word");
          }
          return word;
        }
      };

  private static final class Recorder implements MessageListener<String, String> {
    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private final BlockingQueue<MessageChannel<String>> channels = new LinkedBlockingQueue<>();

    @Override
    public void opened(MessageChannel<String> channel) {
      channels.add(channel);
    }

    @Override
    public void received(MessageChannel<String> channel, String message) {
      heard.add(message);
    }

    @Override
    public void closed(String reason) {
      heard.add("closed: " + reason);
    }

    String next() throws InterruptedException {
      return Objects.requireNonNullElse(heard.poll(10, TimeUnit.SECONDS), "nothing");
    }

    MessageChannel<String> channel() throws InterruptedException {
      return Objects.requireNonNull(channels.poll(10, TimeUnit.SECONDS));
    }
  }

  @AfterEach
  void close() {
    transport.close();
  }

  @Test
  void messagesArriveInOrderBothWaysAndCloseSendsWhatIsQueued() throws Exception {
    try (var listening = transport.listen(ANY, WORDS, WORDS, _ -> server)) {
      transport.dial(listening.address(), WORDS, WORDS, client);
      MessageChannel<String> there = client.channel();
      there.send("one");
      there.send("two");
      server.channel().send("back");
      assertEquals("one", server.next());
      assertEquals("two", server.next());
      assertEquals("back", client.next());
      there.send("last");
      there.close();
      assertEquals("last", server.next());
      assertEquals("closed: closed by the peer", server.next());
      assertEquals("closed: closed here", client.next());
    }
  }

  /** More than the operating system takes for a peer that reads nothing. */
  private static final int WORDS_TOO_MANY = 300_000;

  private void sendTooMuch(MessageChannel<String> to) {
    String word = "w".repeat(98);
    for (int i = 0; i < WORDS_TOO_MANY; i++) {
      to.send(word);
    }
  }

  @Test
  void aCloseEndsThoughThePeerTakesNothing() throws Exception {
    try (var listening = transport.listen(ANY, WORDS, WORDS, _ -> server)) {
      transport.dial(listening.address(), WORDS, WORDS, client);
      MessageChannel<String> there = client.channel();
      server.channel().reading(false);
      sendTooMuch(there);
      there.close();
      assertTrue(client.next().startsWith("closed: "));
    }
  }

  @Test
  void anAbortDropsWhatIsQueued() throws Exception {
    try (var listening = transport.listen(ANY, WORDS, WORDS, _ -> server)) {
      transport.dial(listening.address(), WORDS, WORDS, client);
      MessageChannel<String> there = client.channel();
      MessageChannel<String> far = server.channel();
      far.reading(false);
      sendTooMuch(there);
      there.abort();
      assertTrue(client.next().startsWith("closed: "));
      far.reading(true);
      int came = 0;
      while (server.next().startsWith("w")) {
        came++;
      }
      assertTrue(came < WORDS_TOO_MANY, came + " words came");
    }
  }

  @Test
  void aMessageKeepsNothingOfTheOneBefore() throws Exception {
    try (var listening = transport.listen(ANY, WORDS, WORDS, _ -> server)) {
      transport.dial(listening.address(), WORDS, WORDS, client);
      MessageChannel<String> there = client.channel();
      List<String> words = List.of("x".repeat(90), "a", "", "y".repeat(98), "b");
      words.forEach(there::send);
      for (String word : words) {
        assertEquals(word, server.next());
      }
    }
  }

  @Test
  void aMalformedMessageEndsTheConnectionWithItsReason() throws Exception {
    try (var listening = transport.listen(ANY, WORDS, WORDS, _ -> server)) {
      transport.dial(listening.address(), WORDS, WORDS, client);
      client.channel().send("bad");
      assertEquals("closed: no message of the words protocol: a bad word", server.next());
    }
  }

  @Test
  void aLengthBeyondTheProtocolsLimitEndsTheConnectionBeforeItIsRead() throws Exception {
    try (var listening = transport.listen(ANY, WORDS, WORDS, _ -> server);
        Socket socket = connect(listening.address())) {
      socket.getOutputStream().write(ByteBuffer.allocate(4).putInt(1 << 30).array());
      assertTrue(server.next().startsWith("closed: no framing"));
    }
  }

  @Test
  void aFirstMessageThatIsLongEndsTheConnectionBeforeItIsRead() throws Exception {
    try (var listening = transport.listen(ANY, WORDS, WORDS, _ -> server);
        Socket socket = connect(listening.address())) {
      socket.getOutputStream().write(ByteBuffer.allocate(4).putInt(FIRST_BYTES_MAX + 1).array());
      assertEquals(
          "closed: no framing: a first message of " + (FIRST_BYTES_MAX + 1) + " bytes",
          server.next());
    }
  }

  @Test
  void bytesBehindTheMessageAreRefused() throws Exception {
    try (var listening = transport.listen(ANY, WORDS, WORDS, _ -> server);
        Socket socket = connect(listening.address())) {
      byte[] word = "\0\0\0\5\0\2abc".getBytes(StandardCharsets.US_ASCII);
      socket.getOutputStream().write(word);
      assertEquals(
          "closed: no message of the words protocol: 1 bytes behind the message's end",
          server.next());
    }
  }

  @Test
  void aFailedDialIsHeardAsAnEnd() throws Exception {
    InetSocketAddress free;
    try (var listening = transport.listen(ANY, WORDS, WORDS, _ -> server)) {
      free = listening.address();
    }
    transport.dial(free, WORDS, WORDS, client);
    assertTrue(client.next().startsWith("closed: "));
  }

  private static Socket connect(InetSocketAddress address) throws IOException {
    return new Socket(address.getAddress(), address.getPort());
  }
}
