package lockstep.disk.nbd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.codahale.metrics.MetricRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import lockstep.disk.ServerFixture;
import lockstep.disk.store.DataDirectory;
import lockstep.disk.store.StoreKind;
import lockstep.disk.vm.DiskKeeper;
import lockstep.disk.vm.DiskRefusedException;
import lockstep.disk.vm.Disks;
import lockstep.disk.vm.Vms;
import lockstep.ft.arbiter.ArbiterReply;
import lockstep.ft.arbiter.ArbiterRequest;
import lockstep.ft.arbiter.ArbiterRules;
import lockstep.ft.nbd.Nbd;
import lockstep.ft.net.Transport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A store that takes its time, or fails, in the middle of what a client wants. */
final class SlowStoreTest {
  private static final long DISK_BYTES = 1L << 30;
  private static final String EXPORT = "web/root";
  private static final byte[] NONE = {};

  @TempDir Path directory;
  private final Transport transport = new Transport("slow-store-test", 1);

  @SuppressWarnings("NullAway.Init") // before each test
  private DataDirectory data;

  @SuppressWarnings("NullAway.Init") // before each test
  private Vms vms;

  @SuppressWarnings("NullAway.Init") // before each test
  private NbdServer server;

  /** What happens before the store is touched. */
  private volatile WatchedStore.Watcher watcher = _ -> {};

  @BeforeEach
  void start() throws IOException, DiskRefusedException {
    data = DataDirectory.open(directory.resolve("data"), Optional.of(StoreKind.ROCKSDB), 32 << 20);
    Disks disks = new Disks(data.control(), data.blocks());
    vms =
        new Vms(
            data.control(),
            disks,
            new ArbiterRules(ArbiterRules.LEASE_MILLIS_DEFAULT),
            System::nanoTime);
    vms.owner("web");
    new DiskKeeper(vms, disks, System::currentTimeMillis).create("web", "root", DISK_BYTES);
    server =
        new NbdServer(
            transport.eventLoops(),
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            vms,
            disks,
            WatchedStore.watched(data.blocks(), method -> watcher.touching(method)),
            1,
            Optional.empty(),
            new MetricRegistry());
  }

  @AfterEach
  void stop() {
    server.close();
    transport.close();
    data.close();
  }

  private RawNbd connect() throws IOException {
    return new RawNbd(server.address(), RawNbd.BOTH);
  }

  /** Starts a guest: fences whoever writes the disk as a plain client. */
  private ArbiterReply startGuest() {
    try {
      var fence = vms.known("web").orElseThrow().fence();
      var start =
          new ArbiterRequest.Start("web", ServerFixture.member(1), fence.record().epoch(), 1);
      return fence.decide(start, System.nanoTime());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /**
   * However much a client asks for: who waits for a grant waits for a part of it, and what is left
   * is refused.
   */
  @ParameterizedTest
  @CsvSource({
    "7, 0, 1073741824, extents", // BLOCK_STATUS
    "5, 0, 4194304, prefetch", // CACHE
    "4, 0, 1073741824, apply", // TRIM
    "6, 2, 1073741824, apply", // WRITE_ZEROES, NO_HOLE
    "0, 0, 4194304, read", // READ
  })
  void aGrantWaitsForAPartOfARequestAtMost(int command, int flags, int length, String touch)
      throws IOException {
    CompletableFuture<ArbiterReply> granted = new CompletableFuture<>();
    AtomicInteger touches = new AtomicInteger();
    try (RawNbd nbd = connect().attached(EXPORT)) {
      watcher =
          method -> {
            if (method.equals(touch) && touches.incrementAndGet() == 1) {
              waitUntilBlocked(Thread.ofPlatform().start(() -> granted.complete(startGuest())));
            }
          };
      nbd.request(command, flags, 77, 0, length, NONE);
      assertEquals(1, ServerFixture.granted(granted.join()));
      if (command != Nbd.CMD_READ) {
        assertEquals(Nbd.ESHUTDOWN, nbd.chunk().error());
      }
      assertEquals(1, touches.get());
    }
  }

  /** The store is being touched, so the fence is held: the thread can only wait for that. */
  private static void waitUntilBlocked(Thread thread) {
    while (thread.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
  }

  /** Has the server go down amid a WRITE, and sends a READ then. */
  private RawNbd writeAmidWhichTheServerGoesDown(String export) throws IOException {
    RawNbd nbd = connect().attached(export);
    AtomicInteger touches = new AtomicInteger();
    watcher =
        method -> {
          if (method.equals("apply") && touches.incrementAndGet() == 1) {
            Thread closing = Thread.ofPlatform().start(() -> server.close());
            while (closing.getState() != Thread.State.TIMED_WAITING) {
              Thread.onSpinWait();
            }
            nbd.request(Nbd.CMD_READ, 0, 2, 0, 4096, NONE);
          }
        };
    nbd.request(Nbd.CMD_WRITE, 0, 1, 0, 4096, new byte[4096]);
    return nbd;
  }

  @Test
  void aServerThatGoesDownFinishesWhatWasBegunAndRefusesTheRest() throws IOException {
    try (RawNbd nbd = writeAmidWhichTheServerGoesDown(EXPORT)) {
      RawNbd.Chunk written = nbd.chunk();
      assertEquals(1, written.cookie());
      assertEquals(Nbd.OK, written.error());
      RawNbd.Chunk read = nbd.chunk();
      assertEquals(2, read.cookie());
      assertEquals(Nbd.ESHUTDOWN, read.error());
      assertEquals(-1, nbd.in.read());
    }
  }

  /** It would take an error for the end of its epoch. */
  @Test
  void aVmmIsNotToldThatTheServerGoesDown() throws IOException {
    long epoch = ServerFixture.granted(startGuest());
    try (RawNbd vmm = writeAmidWhichTheServerGoesDown(EXPORT + ";epoch=" + epoch)) {
      assertEquals(Nbd.OK, vmm.chunk().error());
      assertThrows(IOException.class, vmm::chunk);
    }
  }

  /** A client without structured replies could not tell it from the data. */
  @Test
  void nothingIsAnsweredAmidTheDataOfALongRead() throws Exception {
    CountDownLatch synced = new CountDownLatch(1);
    watcher =
        method -> {
          if (method.equals("sync")) {
            await(synced);
          }
        };
    int length = 32 << 20;
    try (RawNbd nbd = connect()) {
      nbd.send(Nbd.OPT_EXPORT_NAME, EXPORT.getBytes(StandardCharsets.UTF_8));
      nbd.in.skipNBytes(Long.BYTES + Short.BYTES);
      nbd.request(Nbd.CMD_FLUSH, 0, 1, 0, 0, NONE);
      nbd.request(Nbd.CMD_READ, 0, 2, 0, length, NONE);
      assertEquals(2, nbd.chunk().cookie());
      assertArrayEquals(new byte[1 << 20], nbd.in.readNBytes(1 << 20));
      synced.countDown();
      Thread.sleep(200); // the answer is ready, the data waits for us
      assertArrayEquals(new byte[length - (1 << 20)], nbd.in.readNBytes(length - (1 << 20)));
      assertEquals(1, nbd.chunk().cookie());
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aFailureOfTheStorageIsAnIoErrorOfItsRequestAndTheRestGoesOn() throws IOException {
    try (RawNbd nbd = connect().attached(EXPORT)) {
      for (String touch : List.of("read", "apply", "sync", "extents", "prefetch")) {
        watcher =
            method -> {
              if (method.equals(touch)) {
                throw new IOException("the medium is worn");
              }
            };
        assertEquals(expected(touch, "read"), nbd.error(Nbd.CMD_READ, 0, 0, 4096));
        byte[] bytes = new byte[4096];
        assertEquals(
            expected(touch, "apply"),
            nbd.call(Nbd.CMD_WRITE, 0, 0, bytes.length, bytes).getLast().error());
        assertEquals(expected(touch, "apply"), nbd.error(Nbd.CMD_TRIM, 0, 0, 4096));
        assertEquals(expected(touch, "sync"), nbd.error(Nbd.CMD_FLUSH, 0, 0, 0));
        assertEquals(expected(touch, "extents"), nbd.error(Nbd.CMD_BLOCK_STATUS, 0, 0, 4096));
        assertEquals(expected(touch, "prefetch"), nbd.error(Nbd.CMD_CACHE, 0, 0, 4096));
      }
      watcher = _ -> {};
      assertEquals(Nbd.OK, nbd.error(Nbd.CMD_READ, 0, 0, 4096));
      assertEquals(1, ServerFixture.granted(startGuest()));
    }
  }

  private static int expected(String broken, String touched) {
    return broken.equals(touched) ? Nbd.EIO : Nbd.OK;
  }

  private static byte[] fill(RawNbd nbd, int length) throws IOException {
    byte[] data = new byte[length];
    new Random(6).nextBytes(data);
    assertEquals(1, nbd.call(Nbd.CMD_WRITE, 0, 0, length, data).size());
    return data;
  }

  private static void slowly() {
    LockSupport.parkNanos(3_000_000);
  }

  /** Slow reads are read ahead by several threads; each byte is still where it belongs. */
  @Test
  void longReadsOfASlowStoreAreReadByManyThreadsAndAnsweredInOrder() throws IOException {
    Set<Thread> readers = ConcurrentHashMap.newKeySet();
    watcher =
        method -> {
          if (method.equals("read")) {
            readers.add(Thread.currentThread());
            slowly();
          }
        };
    try (RawNbd nbd = connect()) {
      nbd.send(Nbd.OPT_EXPORT_NAME, EXPORT.getBytes(StandardCharsets.UTF_8));
      nbd.in.skipNBytes(Long.BYTES + Short.BYTES);
      byte[] data = fill(nbd, 4 << 20);
      for (int length : List.of(data.length, 3_000_001, 1 << 20, 600_000)) {
        int offset = data.length - length;
        nbd.request(Nbd.CMD_READ, 0, 1, offset, length, NONE);
        nbd.request(Nbd.CMD_READ, 0, 2, 0, 4096, NONE);
        assertEquals(1, nbd.chunk().cookie());
        assertArrayEquals(Arrays.copyOfRange(data, offset, data.length), nbd.in.readNBytes(length));
        assertEquals(2, nbd.chunk().cookie());
        assertArrayEquals(Arrays.copyOf(data, 4096), nbd.in.readNBytes(4096));
      }
    }
    assertTrue(readers.size() > 2, readers.toString());
  }

  @Test
  void aFailureAmidASlowLongReadIsToldAndTheRestGoesOn() throws IOException {
    AtomicInteger reads = new AtomicInteger();
    try (RawNbd nbd = connect().attached(EXPORT)) {
      byte[] data = fill(nbd, 4 << 20);
      watcher =
          method -> {
            if (method.equals("read")) {
              slowly();
              if (reads.incrementAndGet() % 8 == 0) {
                throw new IOException("the medium is worn");
              }
            }
          };
      for (int i = 0; i < 4; i++) {
        int read = 0;
        List<RawNbd.Chunk> chunks = nbd.call(Nbd.CMD_READ, 0, 0, data.length, NONE);
        for (RawNbd.Chunk chunk : chunks.subList(0, chunks.size() - 1)) {
          assertEquals(Nbd.REPLY_TYPE_OFFSET_DATA, chunk.type());
          int end = read + chunk.payload().length - Long.BYTES;
          assertEquals(read, ByteBuffer.wrap(chunk.payload()).getLong());
          assertArrayEquals(
              Arrays.copyOfRange(data, read, end),
              Arrays.copyOfRange(chunk.payload(), Long.BYTES, chunk.payload().length));
          read = end;
        }
        assertEquals(Nbd.REPLY_TYPE_ERROR_OFFSET, chunks.getLast().type());
        assertEquals(Nbd.EIO, chunks.getLast().error());
      }
      watcher = _ -> {};
      assertEquals(Nbd.OK, nbd.error(Nbd.CMD_READ, 0, 0, data.length));
    }
  }

  @Test
  void aRefusedClientGivesItsPlaceBack() throws IOException {
    startGuest(); // now plain clients read a frozen disk
    List<RawNbd> attached = new ArrayList<>();
    try (RawNbd refused = connect()) {
      watcher =
          method -> {
            if (method.equals("frozen")) {
              throw new IOException("the storage is gone");
            }
          };
      for (int i = 0; i < 2 * NbdServer.PLAIN_ATTACHES_MAX; i++) {
        assertEquals(Nbd.REP_ERR_POLICY, refused.lastOf(Nbd.OPT_GO, RawNbd.go(EXPORT)));
      }
      assertEquals(0, vms.known("web").orElseThrow().fence().attaches().size());
      watcher = _ -> {};
      for (int i = 0; i < NbdServer.PLAIN_ATTACHES_MAX; i++) {
        attached.add(connect());
        assertEquals(Nbd.REP_ACK, attached.getLast().lastOf(Nbd.OPT_GO, RawNbd.go(EXPORT)));
      }
      assertEquals(Nbd.REP_ERR_POLICY, refused.lastOf(Nbd.OPT_GO, RawNbd.go(EXPORT)));
    } finally {
      for (RawNbd nbd : attached) {
        nbd.close();
      }
    }
  }

  @Test
  void clientsThatOnlyConnectKeepNobodyOut() throws IOException {
    List<RawNbd> idle = new ArrayList<>();
    try (RawNbd attached = connect().attached(EXPORT)) {
      for (int i = 0; i < 2 * NbdServer.CONNECTIONS_MAX; i++) {
        idle.add(connect());
      }
      try (RawNbd late = connect().attached(EXPORT)) {
        assertEquals(Nbd.OK, late.error(Nbd.CMD_FLUSH, 0, 0, 0));
      }
      assertEquals(Nbd.OK, attached.error(Nbd.CMD_FLUSH, 0, 0, 0));
    } finally {
      for (RawNbd nbd : idle) {
        nbd.close();
      }
    }
  }
}
