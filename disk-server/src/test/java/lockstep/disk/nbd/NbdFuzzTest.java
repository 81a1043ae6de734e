package lockstep.disk.nbd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import lockstep.disk.TestAttach;
import lockstep.disk.TestVm;
import lockstep.disk.WithServer;
import lockstep.ft.machine.Bytes;
import lockstep.ft.machine.DiskStatus;
import lockstep.ft.nbd.ExportName;
import lockstep.ft.nbd.Nbd;
import lockstep.ft.nbd.NbdRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Clients that talk nonsense, at every depth of the protocol: the server lives and serves. */
final class NbdFuzzTest extends WithServer {
  private static final String BASE = Nbd.CONTEXT_ALLOCATION;
  private static final Pattern BUGS = Pattern.compile("(?m)^nbd_bugs\\S* (\\S+)$");
  private static final int GREETING_BYTES = 18;
  private static final int SOCKET_TIMEOUT_MILLIS = 20_000;
  private static final long MEMORY_GROWTH_MAX = 8 << 20;

  private static final int ROUNDS = 3;
  private static final int CLIENTS = Integer.getInteger("lockstep.clients", 5_000);

  private static final String READ_ONLY = "web/fixed";
  private static final String WRITABLE = "web/scratch";
  private static final int WRITABLE_BYTES = 4 << 20;

  /** Options and requests that were sent, and stretches of noise. */
  private long messages;

  /** Threads of the server that ended of what nobody has caught. */
  private final AtomicLong uncaught = new AtomicLong();

  @BeforeEach
  void makeADiskToBeHarmed() throws IOException, InterruptedException {
    Thread.setDefaultUncaughtExceptionHandler((_, _) -> uncaught.incrementAndGet());
    String path = "/disks/" + WRITABLE + "?size=" + WRITABLE_BYTES;
    assertEquals(201, TestVm.send(fixture.server.httpAddress(), "PUT", path).statusCode());
  }

  @AfterEach
  void catchNothingMore() {
    Thread.setDefaultUncaughtExceptionHandler(null);
  }

  @Test
  void randomBytesOptionsAndRequestsHarmNobodyElse() throws IOException, InterruptedException {
    fuzz(new Random(11), 150);
    assertEquals(0, crashes());
  }

  @Test
  @Tag("slow")
  void norDoThousandsOfThem() throws IOException, InterruptedException {
    fuzz(new Random(12), 1_000); // until everything is loaded and every thread has run
    long growth = Long.MAX_VALUE;
    // What leaks grows each time; what is only kept for the next buffer does not.
    for (int round = 0; round < ROUNDS && growth > MEMORY_GROWTH_MAX; round++) {
      long before = usedBytes();
      fuzz(new Random(13 + round), CLIENTS);
      long after = usedBytes();
      growth = after - before;
      System.out.printf(
          "%d clients more, %d messages so far, crashes: %d; memory before %d KB, after %d KB%n",
          CLIENTS, messages, crashes(), before >> 10, after >> 10);
    }
    assertEquals(0, crashes());
    assertTrue(growth <= MEMORY_GROWTH_MAX, "memory stays flat");
  }

  /** Connections that ended by a mistake of the server, and threads. */
  private long crashes() throws IOException, InterruptedException {
    String metrics = TestVm.get(fixture.server.httpAddress(), "/metrics").body();
    Matcher bugs = BUGS.matcher(metrics);
    assertTrue(bugs.find(), metrics);
    return uncaught.get() + (long) Double.parseDouble(bugs.group(1));
  }

  /** Of the heap, and of the buffers outside it. */
  private static long usedBytes() {
    System.gc();
    Runtime heap = Runtime.getRuntime();
    long direct =
        ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT).metric().usedDirectMemory();
    return heap.totalMemory() - heap.freeMemory() + direct;
  }

  private void fuzz(Random random, int clients) throws IOException {
    byte[] payload = new byte[100_000];
    random.nextBytes(payload);
    // The disk that they may not harm: they get one that is read-only, and one for them.
    try (TestAttach disk = fixture.plain()) {
      disk.attached();
      assertEquals(DiskStatus.OK, disk.status(NbdRequest.write(1, 777, Bytes.of(payload))));
      for (int client = 0; client < clients; client++) {
        InetSocketAddress address = fixture.server.nbdAddress();
        try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
          socket.setSoTimeout(SOCKET_TIMEOUT_MILLIS);
          talk(random, socket);
        } catch (IOException e) {
          // The server has hung up, which is its right.
        }
      }
      assertArrayEquals(payload, disk.read(777, payload.length));
    }
    try (TestAttach harmed = fixture.attach(ExportName.parse(WRITABLE).orElseThrow())) {
      harmed.attached();
      assertEquals(WRITABLE_BYTES, harmed.read(0, WRITABLE_BYTES).length);
    }
  }

  private void talk(Random random, Socket socket) throws IOException {
    DataInputStream in = new DataInputStream(socket.getInputStream());
    in.skipNBytes(GREETING_BYTES);
    switch (random.nextInt(7)) {
      case 0 -> send(socket, randomBytes(random, 1 + random.nextInt(5_000)));
      case 1 -> {
        socket.getOutputStream().write(clientFlags(3));
        for (int i = 0; i < random.nextInt(20); i++) {
          send(socket, option(random.nextInt(13), randomOption(random)));
        }
      }
      case 2 -> {
        socket.getOutputStream().write(clientFlags(3));
        send(socket, option(Nbd.OPT_GO, go(READ_ONLY, random.nextInt(9))));
        send(socket, randomBytes(random, 1 + random.nextInt(5_000)));
      }
      case 3 -> {
        socket.getOutputStream().write(clientFlags(3));
        send(socket, option(Nbd.OPT_EXPORT_NAME, utf8(READ_ONLY)));
        sendRequests(random, socket);
      }
      case 4 -> {
        // All in one go, with something wrong in it.
        byte[] conversation = conversation(random);
        spoil(random, conversation);
        messages++;
        send(socket, conversation);
      }
      default -> {
        socket.getOutputStream().write(clientFlags(3));
        send(socket, option(Nbd.OPT_STRUCTURED_REPLY, new byte[0]));
        send(socket, option(Nbd.OPT_SET_META_CONTEXT, RawNbd.context(WRITABLE, BASE)));
        send(socket, option(Nbd.OPT_GO, go(WRITABLE, 0)));
        sendRequests(random, socket);
      }
    }
    if (random.nextBoolean()) {
      // Half of them listen to what they get, the others just go.
      socket.shutdownOutput();
      drain(in);
    }
  }

  private void sendRequests(Random random, Socket socket) throws IOException {
    for (int i = 0; i < random.nextInt(50); i++) {
      send(socket, request(random));
    }
    if (random.nextInt(4) == 0) {
      // It ends within a request, or within its payload.
      byte[] last = request(random);
      send(socket, Arrays.copyOf(last, random.nextInt(last.length)));
    }
  }

  /** What a client may well say, from its flags on. */
  private static byte[] conversation(Random random) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(clientFlags(3));
    out.writeBytes(option(Nbd.OPT_LIST, new byte[0]));
    out.writeBytes(option(Nbd.OPT_STRUCTURED_REPLY, new byte[0]));
    out.writeBytes(option(Nbd.OPT_LIST_META_CONTEXT, RawNbd.context(WRITABLE)));
    out.writeBytes(option(Nbd.OPT_SET_META_CONTEXT, RawNbd.context(WRITABLE, BASE)));
    out.writeBytes(option(Nbd.OPT_INFO, go(WRITABLE, 4)));
    out.writeBytes(option(Nbd.OPT_GO, go(WRITABLE, 4)));
    for (int i = 0; i < 20; i++) {
      out.writeBytes(request(random));
    }
    return out.toByteArray();
  }

  private static void spoil(Random random, byte[] conversation) {
    for (int i = 1 + random.nextInt(8); i > 0; i--) {
      // More often where it begins than amid the payloads.
      int at = random.nextInt(1 + random.nextInt(conversation.length));
      conversation[at] ^= (byte) (1 << random.nextInt(8));
    }
  }

  private void send(Socket socket, byte[] message) throws IOException {
    socket.getOutputStream().write(message);
    messages++;
  }

  private static void drain(InputStream in) throws IOException {
    byte[] buffer = new byte[64 << 10];
    long most = 4 << 20;
    for (int n = in.read(buffer); n >= 0 && most > 0; n = in.read(buffer)) {
      most -= n;
    }
  }

  private static byte[] request(Random random) {
    int type = random.nextInt(9);
    int length = random.nextInt(8) == 0 ? random.nextInt() : random.nextInt(100_000);
    long offset = random.nextInt(8) == 0 ? random.nextLong() : random.nextInt(1 << 20);
    int flags = random.nextInt(4) == 0 ? random.nextInt(1 << 16) : 0;
    boolean payload = type == Nbd.CMD_WRITE && length > 0 && length < 1 << 20;
    ByteBuffer out = ByteBuffer.allocate(Nbd.REQUEST_BYTES + (payload ? length : 0));
    out.putInt(Nbd.REQUEST_MAGIC).putShort((short) flags).putShort((short) type);
    out.putLong(random.nextLong()).putLong(offset).putInt(length);
    return out.array();
  }

  private static byte[] randomOption(Random random) {
    return random.nextBoolean()
        ? randomBytes(random, random.nextInt(20_000))
        : go("web/root", random.nextInt(5));
  }

  private static byte[] go(String name, int infos) {
    byte[] bytes = utf8(name);
    ByteBuffer out = ByteBuffer.allocate(4 + bytes.length + 2 + infos * 2);
    out.putInt(bytes.length).put(bytes).putShort((short) infos);
    for (int i = 0; i < infos; i++) {
      out.putShort((short) i);
    }
    return out.array();
  }

  private static byte[] option(int option, byte[] data) {
    return ByteBuffer.allocate(16 + data.length)
        .putLong(Nbd.OPTION_MAGIC)
        .putInt(option)
        .putInt(data.length)
        .put(data)
        .array();
  }

  private static byte[] clientFlags(int flags) {
    return ByteBuffer.allocate(4).putInt(flags).array();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] randomBytes(Random random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }
}
