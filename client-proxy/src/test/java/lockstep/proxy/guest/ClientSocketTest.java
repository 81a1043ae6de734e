package lockstep.proxy.guest;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import lockstep.ft.net.Transport;
import lockstep.proxy.net.Slice;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A real socket to a client that reads when it likes. */
@Timeout(60)
final class ClientSocketTest {
  private static final int TEXT_BYTES = 4 << 20;
  private static final int SMALL_BUFFER = 16 << 10;

  private final Transport transport = new Transport("test", 1);
  private final EventLoop loop = transport.eventLoops().next();
  private final AtomicInteger writtenBytes = new AtomicInteger();
  private final byte[] text = new byte[TEXT_BYTES];
  private final Socket client;
  private final ClientSocket socket;

  private final class Counting implements ClientSocket.Listener {
    @Override
    public void written(int bytes) {
      var _ = writtenBytes.addAndGet(bytes);
    }

    @Override
    public void broke() {}
  }

  ClientSocketTest() throws IOException {
    new Random(8).nextBytes(text);
    try (ServerSocket server = new ServerSocket()) {
      server.setReceiveBufferSize(SMALL_BUFFER);
      server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      SocketChannel channel =
          (SocketChannel)
              new Bootstrap()
                  .group(loop)
                  .channel(NioSocketChannel.class)
                  .option(ChannelOption.SO_SNDBUF, SMALL_BUFFER)
                  .handler(new ChannelInboundHandlerAdapter())
                  .connect(server.getLocalSocketAddress())
                  .awaitUninterruptibly()
                  .channel();
      client = server.accept();
      socket = new ClientSocket(channel, new Counting());
    }
  }

  @AfterEach
  void close() throws IOException {
    client.close();
    transport.close();
  }

  /** Writes bytes of the text in pieces, each part of a large frame, and flushes after each. */
  private long write(int bytes, int pieceBytesMax) {
    Random random = new Random(pieceBytesMax);
    return loop.submit(
            () -> {
              int at = 0;
              while (at < bytes) {
                int piece = Math.min(1 + random.nextInt(pieceBytesMax), bytes - at);
                byte[] frame = new byte[66 + (random.nextInt(9) == 0 ? 70_000 : piece)];
                System.arraycopy(text, at, frame, 66, piece);
                socket.write(new Slice(frame, 66, piece));
                socket.flush();
                at += piece;
              }
              return socket.heldBytes();
            })
        .awaitUninterruptibly()
        .getNow();
  }

  private void expect(int bytes) throws Exception {
    assertArrayEquals(Arrays.copyOf(text, bytes), client.getInputStream().readNBytes(bytes));
    while (writtenBytes.get() < bytes) {
      Thread.sleep(5);
    }
    assertEquals(bytes, writtenBytes.get());
  }

  @Test
  void whatASlowClientLeavesTakesAboutItsOwnSize() throws Exception {
    int bytes = 1 << 20;
    long held = write(bytes, 3);
    assertTrue(held > bytes / 2, "the client was not slow: " + held);
    assertTrue(held < bytes * 5 / 4, "bytes held for " + bytes + ": " + held);
    expect(bytes);
  }

  @Test
  void littleOfItIsWithNetty() throws Exception {
    long held = write(TEXT_BYTES, 60_000);
    long socketBuffersMax = 1 << 20;
    assertTrue(
        held > TEXT_BYTES - ClientSocket.IN_FLIGHT_BYTES_MAX - socketBuffersMax, "held: " + held);
    expect(TEXT_BYTES);
  }

  @Test
  void piecesOfAllSizesArriveInOrder() throws Exception {
    long _ = write(TEXT_BYTES, 12_000);
    expect(TEXT_BYTES);
  }

  @Test
  void aClosedSocketHoldsNothing() throws Exception {
    long _ = write(1 << 20, 3);
    var _ =
        loop.submit(
                () -> {
                  socket.reset();
                  assertEquals(0, socket.heldBytes());
                  assertTrue(socket.isForgotten());
                })
            .sync();
  }
}
