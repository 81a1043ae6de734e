package lockstep.disk.nbd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import lockstep.ft.nbd.Nbd;

/** An NBD client by hand: sends what a test wants sent, and shows what comes back. */
final class RawNbd implements AutoCloseable {
  private static final int SILENCE_MILLIS_MAX = 30_000;

  /** The reply to an option. */
  record OptionReply(int type, byte[] data) {
    String text() {
      return new String(data, StandardCharsets.UTF_8);
    }
  }

  /** A simple reply has the type {@link #SIMPLE}, and the error as its payload. */
  record Chunk(int flags, int type, long cookie, byte[] payload) {
    boolean isDone() {
      return (flags & Nbd.REPLY_FLAG_DONE) != 0;
    }

    int error() {
      return ByteBuffer.wrap(payload).getInt();
    }
  }

  static final int SIMPLE = -1;

  /** What a client of today sends first. */
  static final int BOTH = Nbd.FLAG_FIXED_NEWSTYLE | Nbd.FLAG_NO_ZEROES;

  private Socket socket;
  DataInputStream in;
  DataOutputStream out;

  RawNbd(InetSocketAddress server, int clientFlags) throws IOException {
    this(new Socket(server.getAddress(), server.getPort()), clientFlags);
  }

  private RawNbd(Socket socket, int clientFlags) throws IOException {
    this.socket = socket;
    use(socket);
    assertEquals(Nbd.MAGIC, in.readLong());
    assertEquals(Nbd.OPTION_MAGIC, in.readLong());
    assertEquals(BOTH, in.readUnsignedShort());
    out.writeInt(clientFlags);
  }

  /** For which this host's system takes next to nothing that is not read. */
  static RawNbd withNarrowWindow(InetSocketAddress server, int clientFlags) throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(1); // the system takes the least that it allows
    socket.connect(server);
    return new RawNbd(socket, clientFlags);
  }

  /** Goes on over another socket, such as a TLS one around the first. */
  void use(Socket other) throws IOException {
    socket = other;
    socket.setSoTimeout(SILENCE_MILLIS_MAX);
    socket.setTcpNoDelay(true);
    in = new DataInputStream(socket.getInputStream());
    out = new DataOutputStream(socket.getOutputStream());
  }

  Socket socket() {
    return socket;
  }

  void send(int option, byte[] data) throws IOException {
    out.write(
        ByteBuffer.allocate(16 + data.length)
            .putLong(Nbd.OPTION_MAGIC)
            .putInt(option)
            .putInt(data.length)
            .put(data)
            .array());
  }

  /** Sends an option; all its replies, the last one an ACK or an error. */
  List<OptionReply> option(int option, byte[] data) throws IOException {
    send(option, data);
    List<OptionReply> replies = new ArrayList<>();
    while (true) {
      assertEquals(Nbd.OPTION_REPLY_MAGIC, in.readLong());
      assertEquals(option, in.readInt());
      int type = in.readInt();
      replies.add(new OptionReply(type, in.readNBytes(in.readInt())));
      if (type == Nbd.REP_ACK || (type & Nbd.REP_FLAG_ERROR) != 0) {
        return replies;
      }
    }
  }

  int lastOf(int option, byte[] data) throws IOException {
    return option(option, data).getLast().type();
  }

  static byte[] go(String export, int... infos) {
    byte[] name = export.getBytes(StandardCharsets.UTF_8);
    ByteBuffer data = ByteBuffer.allocate(4 + name.length + 2 + infos.length * 2);
    data.putInt(name.length).put(name).putShort((short) infos.length);
    for (int info : infos) {
      data.putShort((short) info);
    }
    return data.array();
  }

  static byte[] context(String export, String... queries) {
    ByteBuffer data = ByteBuffer.allocate(10_000);
    byte[] name = export.getBytes(StandardCharsets.UTF_8);
    data.putInt(name.length).put(name).putInt(queries.length);
    for (String query : queries) {
      byte[] bytes = query.getBytes(StandardCharsets.UTF_8);
      data.putInt(bytes.length).put(bytes);
    }
    return java.util.Arrays.copyOf(data.array(), data.position());
  }

  /** Attaches with structured replies and base:allocation. */
  RawNbd attached(String export) throws IOException {
    assertEquals(Nbd.REP_ACK, lastOf(Nbd.OPT_STRUCTURED_REPLY, new byte[0]));
    assertEquals(
        Nbd.REP_ACK, lastOf(Nbd.OPT_SET_META_CONTEXT, context(export, Nbd.CONTEXT_ALLOCATION)));
    assertEquals(Nbd.REP_ACK, lastOf(Nbd.OPT_GO, go(export)));
    return this;
  }

  void request(int type, int flags, long cookie, long offset, int length, byte[] payload)
      throws IOException {
    out.write(
        ByteBuffer.allocate(Nbd.REQUEST_BYTES + payload.length)
            .putInt(Nbd.REQUEST_MAGIC)
            .putShort((short) flags)
            .putShort((short) type)
            .putLong(cookie)
            .putLong(offset)
            .putInt(length)
            .put(payload)
            .array());
  }

  Chunk chunk() throws IOException {
    int magic = in.readInt();
    if (magic == Nbd.SIMPLE_REPLY_MAGIC) {
      byte[] error = in.readNBytes(4);
      return new Chunk(Nbd.REPLY_FLAG_DONE, SIMPLE, in.readLong(), error);
    }
    assertEquals(Nbd.STRUCTURED_REPLY_MAGIC, magic);
    int flags = in.readUnsignedShort();
    int type = in.readUnsignedShort();
    long cookie = in.readLong();
    return new Chunk(flags, type, cookie, in.readNBytes(in.readInt()));
  }

  /** Sends a request; all chunks of its reply. */
  List<Chunk> call(int type, int flags, long offset, int length, byte[] payload)
      throws IOException {
    request(type, flags, 77, offset, length, payload);
    List<Chunk> chunks = new ArrayList<>();
    do {
      chunks.add(chunk());
      assertEquals(77, chunks.getLast().cookie());
    } while (!chunks.getLast().isDone());
    return chunks;
  }

  /** Sends a request without payload; the error that answers it, or 0. */
  int error(int type, int flags, long offset, int length) throws IOException {
    Chunk last = call(type, flags, offset, length, new byte[0]).getLast();
    boolean carriesError = last.type() == SIMPLE || (last.type() & Nbd.REPLY_TYPE_FLAG_ERROR) != 0;
    return carriesError ? last.error() : Nbd.OK;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
