package lockstep.tools.disk;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import lockstep.ft.nbd.Nbd;

/**
 * A plain client of one export, for tools: structured replies, block status, and a window of
 * requests under way. Blocks its caller; used by one thread. Sections are those of the NBD
 * protocol's document.
 */
final class NbdConnection implements Closeable {
  /** Under way at once. */
  private static final int WINDOW = 16;

  private static final int BUFFER_BYTES = 64 << 10;
  private static final int CONNECT_MILLIS_MAX = 5_000;
  private static final int SILENCE_MILLIS_MAX = 120_000;
  private static final int REPLY_BYTES_MAX = 64 << 10;
  private static final int CHUNK_BYTES_MAX = Nbd.PAYLOAD_BYTES_MAX + Long.BYTES;

  /**
   * A stretch of the disk.
   *
   * @param zero whether it is known to read as zeroes
   */
  record Extent(long offset, long length, boolean zero) {}

  /** Hears the data of a read. */
  @FunctionalInterface
  interface Sink {
    void accept(long offset, byte[] data) throws IOException;
  }

  /** Hears that a request was answered with an error; throws unless it can live with that. */
  @FunctionalInterface
  interface Failures {
    void failed(long offset, int length, int error) throws IOException;
  }

  private static final class Open {
    final long offset;
    final int length;
    final byte[] data;
    int error = Nbd.OK;

    Open(long offset, int length, byte[] data) {
      this.offset = offset;
      this.length = length;
      this.data = data;
    }
  }

  private final String export;
  private final Socket socket;
  private final DataInputStream in;
  private final DataOutputStream out;
  private final Map<Long, Open> open = new HashMap<>();
  private final List<Extent> extents = new ArrayList<>();
  private Sink sink = (_, _) -> {};
  private Failures failures;
  private long nextCookie;
  private long sizeBytes;
  private int flags;

  private NbdConnection(String export, Socket socket) throws IOException {
    this.export = export;
    this.socket = socket;
    this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), BUFFER_BYTES));
    this.out =
        new DataOutputStream(new BufferedOutputStream(socket.getOutputStream(), BUFFER_BYTES));
    this.failures =
        (offset, length, error) -> {
          throw new IOException(
              export + ": the server answered " + errorName(error) + " at " + offset);
        };
  }

  /**
   * Attaches.
   *
   * @param export {@code vm/disk} or {@code vm/disk@snapshot}
   * @throws IOException with the server's words if it refuses
   */
  static NbdConnection open(InetSocketAddress server, String export) throws IOException {
    Socket socket = new Socket();
    try {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(SILENCE_MILLIS_MAX);
      socket.connect(
          new InetSocketAddress(server.getHostString(), server.getPort()), CONNECT_MILLIS_MAX);
      NbdConnection connection = new NbdConnection(export, socket);
      connection.negotiate();
      return connection;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  long sizeBytes() {
    return sizeBytes;
  }

  boolean readOnly() {
    return (flags & Nbd.TRANSMISSION_READ_ONLY) != 0;
  }

  void onRead(Sink reads) {
    sink = reads;
  }

  void onFailure(Failures heard) {
    failures = heard;
  }

  // Negotiation.

  private void negotiate() throws IOException {
    if (in.readLong() != Nbd.MAGIC || in.readLong() != Nbd.OPTION_MAGIC) {
      throw new IOException("no NBD server of the newstyle");
    }
    int handshake = in.readUnsignedShort();
    out.writeInt(handshake & (Nbd.FLAG_FIXED_NEWSTYLE | Nbd.FLAG_NO_ZEROES));
    option(Nbd.OPT_STRUCTURED_REPLY, new byte[0]);
    byte[] name = export.getBytes(StandardCharsets.UTF_8);
    byte[] query = Nbd.CONTEXT_ALLOCATION.getBytes(StandardCharsets.UTF_8);
    option(
        Nbd.OPT_SET_META_CONTEXT,
        ByteBuffer.allocate(3 * Integer.BYTES + name.length + query.length)
            .putInt(name.length)
            .put(name)
            .putInt(1)
            .putInt(query.length)
            .put(query)
            .array());
    option(
        Nbd.OPT_GO,
        ByteBuffer.allocate(Integer.BYTES + name.length + Short.BYTES)
            .putInt(name.length)
            .put(name)
            .putShort((short) 0)
            .array());
  }

  /** Sends an option and takes its replies. */
  private void option(int option, byte[] data) throws IOException {
    out.writeLong(Nbd.OPTION_MAGIC);
    out.writeInt(option);
    out.writeInt(data.length);
    out.write(data);
    out.flush();
    while (true) {
      if (in.readLong() != Nbd.OPTION_REPLY_MAGIC || in.readInt() != option) {
        throw new IOException("the server's answer is no answer to the option");
      }
      int type = in.readInt();
      byte[] reply = bytes(in.readInt(), REPLY_BYTES_MAX);
      if (type == Nbd.REP_ACK) {
        return;
      }
      if ((type & Nbd.REP_FLAG_ERROR) != 0) {
        throw new IOException(export + ": " + new String(reply, StandardCharsets.UTF_8));
      }
      if (type == Nbd.REP_INFO && ByteBuffer.wrap(reply).getShort() == Nbd.INFO_EXPORT) {
        sizeBytes = ByteBuffer.wrap(reply).getLong(Short.BYTES);
        flags = ByteBuffer.wrap(reply).getShort(Short.BYTES + Long.BYTES) & 0xffff;
      }
    }
  }

  private byte[] bytes(int length, int most) throws IOException {
    if (length < 0 || length > most) {
      throw new IOException("the server sends " + Integer.toUnsignedString(length) + " bytes");
    }
    return in.readNBytes(length);
  }

  // Requests.

  void read(long offset, int length) throws IOException {
    submit(Nbd.CMD_READ, 0, offset, length, new byte[length]);
    out.flush();
  }

  /** Writes {@code length} bytes of {@code data} from {@code from} on. */
  void write(long offset, byte[] data, int from, int length) throws IOException {
    submit(Nbd.CMD_WRITE, 0, offset, length, new byte[0]);
    out.write(data, from, length);
    out.flush();
  }

  /** Makes what was written stable; waits for it. */
  void flush() throws IOException {
    drain();
    submit(Nbd.CMD_FLUSH, 0, 0, 0, new byte[0]);
    drain();
  }

  /** How the disk is stored from {@code offset} on, for at most {@code length} bytes. */
  List<Extent> extents(long offset, int length) throws IOException {
    drain();
    extents.clear();
    submit(Nbd.CMD_BLOCK_STATUS, 0, offset, length, new byte[0]);
    drain();
    return List.copyOf(extents);
  }

  private void submit(int type, int commandFlags, long offset, int length, byte[] data)
      throws IOException {
    while (open.size() >= WINDOW) {
      out.flush();
      receive();
    }
    long cookie = nextCookie++;
    open.put(cookie, new Open(offset, length, data));
    out.writeInt(Nbd.REQUEST_MAGIC);
    out.writeShort(commandFlags);
    out.writeShort(type);
    out.writeLong(cookie);
    out.writeLong(offset);
    out.writeInt(length);
  }

  /** Waits until every request has been answered. */
  void drain() throws IOException {
    out.flush();
    while (!open.isEmpty()) {
      receive();
    }
  }

  private void receive() throws IOException {
    int magic = in.readInt();
    if (magic == Nbd.SIMPLE_REPLY_MAGIC) {
      int error = in.readInt();
      long cookie = in.readLong();
      known(cookie).error = error;
      complete(cookie);
    } else if (magic == Nbd.STRUCTURED_REPLY_MAGIC) {
      chunk();
    } else {
      throw new IOException(export + ": the server sent what is no reply");
    }
  }

  private void chunk() throws IOException {
    int chunkFlags = in.readUnsignedShort();
    int type = in.readUnsignedShort();
    long cookie = in.readLong();
    ByteBuffer payload = ByteBuffer.wrap(bytes(in.readInt(), CHUNK_BYTES_MAX));
    Open request = known(cookie);
    if ((type & Nbd.REPLY_TYPE_FLAG_ERROR) != 0) {
      request.error = payload.getInt();
    } else if (type == Nbd.REPLY_TYPE_OFFSET_DATA) {
      int at = (int) (payload.getLong() - request.offset);
      payload.get(request.data, at, payload.remaining());
    } else if (type == Nbd.REPLY_TYPE_BLOCK_STATUS) {
      payload.getInt();
      for (long at = request.offset; payload.hasRemaining(); ) {
        long length = Integer.toUnsignedLong(payload.getInt());
        extents.add(new Extent(at, length, (payload.getInt() & Nbd.STATE_ZERO) != 0));
        at += length;
      }
    }
    if ((chunkFlags & Nbd.REPLY_FLAG_DONE) != 0) {
      complete(cookie);
    }
  }

  private Open known(long cookie) throws IOException {
    Open request = open.get(cookie);
    if (request == null) {
      throw new IOException(export + ": an answer to nothing that was asked");
    }
    return request;
  }

  private void complete(long cookie) throws IOException {
    Open request = known(cookie);
    open.remove(cookie);
    if (request.error != Nbd.OK) {
      failures.failed(request.offset, request.length, request.error);
    } else if (request.data.length > 0) {
      sink.accept(request.offset, request.data);
    }
  }

  static String errorName(int error) {
    return switch (error) {
      case Nbd.EPERM -> "EPERM (read-only)";
      case Nbd.EIO -> "EIO (the storage has failed)";
      case Nbd.ENOSPC -> "ENOSPC (the storage is full)";
      case Nbd.ESHUTDOWN -> "ESHUTDOWN (a VMM holds the disk now)";
      default -> "error " + error;
    };
  }

  /** Ends the connection, whatever its thread is at; on any thread. */
  void drop() throws IOException {
    socket.close();
  }

  @Override
  public void close() throws IOException {
    try (socket) {
      if (open.isEmpty() && !socket.isClosed()) {
        submit(Nbd.CMD_DISC, 0, 0, 0, new byte[0]);
        out.flush();
      }
    }
  }
}
