package lockstep.disk.nbd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import lockstep.disk.DiskServerOptions;
import lockstep.disk.ServerFixture;
import lockstep.disk.TestVm;
import lockstep.disk.store.StoreKind;
import lockstep.ft.nbd.Nbd;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The protocol's document, clause by clause, with both stores. */
final class NbdProtocolTest {
  private static final String ROOT = "web/root";
  private static final byte[] NONE = new byte[0];

  @TempDir Path data;

  @SuppressWarnings("NullAway.Init") // each test starts it
  private ServerFixture fixture;

  private RawNbd start(StoreKind store) throws IOException, InterruptedException {
    fixture = new ServerFixture(DiskServerOptions.onLoopback(data).with(store), TestVm.DISK_BYTES);
    return connect(RawNbd.BOTH);
  }

  private RawNbd connect(int flags) throws IOException {
    return new RawNbd(fixture.server.nbdAddress(), flags);
  }

  @AfterEach
  void stop() {
    fixture.close();
  }

  @ParameterizedTest
  @EnumSource(StoreKind.class)
  void optionsAreAnsweredAsTheDocumentSays(StoreKind store)
      throws IOException, InterruptedException {
    try (RawNbd nbd = start(store)) {
      assertEquals(Nbd.REP_ERR_UNSUP, nbd.lastOf(4711, NONE));
      assertEquals(Nbd.REP_ERR_INVALID, nbd.lastOf(Nbd.OPT_LIST, new byte[1]));
      assertEquals(Nbd.REP_ERR_INVALID, nbd.lastOf(Nbd.OPT_GO, new byte[3]));
      assertEquals(Nbd.REP_ERR_UNKNOWN, nbd.lastOf(Nbd.OPT_GO, RawNbd.go("web/none")));
      assertEquals(Nbd.REP_ERR_UNKNOWN, nbd.lastOf(Nbd.OPT_INFO, RawNbd.go("")));
      assertEquals(Nbd.REP_ERR_TOO_BIG, nbd.lastOf(Nbd.OPT_LIST, new byte[20_000]));
      assertEquals(Nbd.REP_ERR_POLICY, nbd.lastOf(Nbd.OPT_STARTTLS, NONE));
      List<RawNbd.OptionReply> list = nbd.option(Nbd.OPT_LIST, NONE);
      assertEquals(3, list.size());
      assertTrue(list.get(1).text().endsWith(ROOT), list.get(1).text());
      List<RawNbd.OptionReply> infos =
          nbd.option(Nbd.OPT_INFO, RawNbd.go(ROOT, Nbd.INFO_BLOCK_SIZE, Nbd.INFO_NAME, 99));
      assertTrue(infos.stream().anyMatch(info -> info.data().length == 14), "block sizes are told");
      assertEquals(Nbd.REP_ACK, nbd.lastOf(Nbd.OPT_ABORT, NONE));
      assertEquals(-1, nbd.in.read());
    }
  }

  @ParameterizedTest
  @EnumSource(StoreKind.class)
  void metadataContextsNeedStructuredRepliesAndAKnownExport(StoreKind store)
      throws IOException, InterruptedException {
    try (RawNbd nbd = start(store)) {
      byte[] allocation = RawNbd.context(ROOT, "base:allocation", "x-none:a");
      assertEquals(Nbd.REP_ERR_INVALID, nbd.lastOf(Nbd.OPT_SET_META_CONTEXT, allocation));
      assertEquals(Nbd.REP_ERR_INVALID, nbd.lastOf(Nbd.OPT_STRUCTURED_REPLY, new byte[1]));
      assertEquals(Nbd.REP_ACK, nbd.lastOf(Nbd.OPT_STRUCTURED_REPLY, NONE));
      assertEquals(
          Nbd.REP_ERR_UNKNOWN, nbd.lastOf(Nbd.OPT_LIST_META_CONTEXT, RawNbd.context("web/none")));
      assertEquals(2, nbd.option(Nbd.OPT_LIST_META_CONTEXT, RawNbd.context(ROOT)).size());
      assertEquals(2, nbd.option(Nbd.OPT_LIST_META_CONTEXT, RawNbd.context(ROOT, "base:")).size());
      assertEquals(1, nbd.option(Nbd.OPT_LIST_META_CONTEXT, RawNbd.context(ROOT, "x-y:")).size());
      assertEquals(1, nbd.option(Nbd.OPT_SET_META_CONTEXT, RawNbd.context(ROOT, "base:")).size());
      assertEquals(2, nbd.option(Nbd.OPT_SET_META_CONTEXT, allocation).size());
      assertEquals(
          Nbd.REP_ERR_INVALID,
          nbd.lastOf(Nbd.OPT_SET_META_CONTEXT, Arrays.copyOf(allocation, allocation.length - 3)));
      // So has one that is too long to be looked at.
      assertEquals(2, nbd.option(Nbd.OPT_SET_META_CONTEXT, allocation).size());
      assertEquals(
          Nbd.REP_ERR_TOO_BIG,
          nbd.lastOf(Nbd.OPT_SET_META_CONTEXT, Arrays.copyOf(allocation, 20_000)));
      // The failed one has cleared what was set.
      assertEquals(Nbd.REP_ACK, nbd.lastOf(Nbd.OPT_GO, RawNbd.go(ROOT)));
      assertEquals(Nbd.EINVAL, nbd.error(Nbd.CMD_BLOCK_STATUS, 0, 0, 4096));
    }
  }

  /** As {@code qemu-nbd --list} does where there are many exports. */
  @ParameterizedTest
  @EnumSource(StoreKind.class)
  void aClientMayAskAboutManyExportsOnOneConnection(StoreKind store)
      throws IOException, InterruptedException {
    try (RawNbd nbd = start(store)) {
      for (int i = 0; i < 2_000; i++) {
        assertEquals(Nbd.REP_ACK, nbd.lastOf(Nbd.OPT_INFO, RawNbd.go(ROOT)));
      }
      assertEquals(Nbd.REP_ACK, nbd.lastOf(Nbd.OPT_GO, RawNbd.go(ROOT)));
    }
  }

  @ParameterizedTest
  @EnumSource(StoreKind.class)
  void aDisconnectIsOneWhateverElseItsHeaderSays(StoreKind store)
      throws IOException, InterruptedException {
    start(store).close();
    for (int flags : new int[] {0, Nbd.CMD_FLAG_FUA, 1 << 9}) {
      try (RawNbd nbd = connect(RawNbd.BOTH).attached(ROOT)) {
        nbd.request(Nbd.CMD_DISC, flags, 1, 4096, 512, NONE);
        assertEquals(-1, nbd.in.read());
      }
    }
  }

  @ParameterizedTest
  @EnumSource(StoreKind.class)
  void oldClientsGetTheirZeroesAndBadOnesNothing(StoreKind store)
      throws IOException, InterruptedException {
    start(store).close();
    for (int flags : new int[] {0, Nbd.FLAG_FIXED_NEWSTYLE, Nbd.FLAG_NO_ZEROES, RawNbd.BOTH}) {
      try (RawNbd nbd = connect(flags)) {
        nbd.send(Nbd.OPT_EXPORT_NAME, ROOT.getBytes(StandardCharsets.UTF_8));
        assertEquals(TestVm.DISK_BYTES, nbd.in.readLong());
        nbd.in.readUnsignedShort();
        if ((flags & Nbd.FLAG_NO_ZEROES) == 0) {
          assertArrayEquals(new byte[124], nbd.in.readNBytes(124));
        }
        assertEquals(Nbd.OK, nbd.error(Nbd.CMD_FLUSH, 0, 0, 0));
      }
    }
    try (RawNbd nbd = connect(0)) {
      nbd.send(Nbd.OPT_LIST, NONE); // only EXPORT_NAME goes without the fixed newstyle
      assertEquals(-1, nbd.in.read());
    }
    try (RawNbd nbd = connect(1 << 7)) {
      assertEquals(-1, nbd.in.read());
    }
    try (RawNbd nbd = connect(RawNbd.BOTH)) {
      nbd.send(Nbd.OPT_EXPORT_NAME, "web/none".getBytes(StandardCharsets.UTF_8));
      assertEquals(-1, nbd.in.read());
    }
  }

  @ParameterizedTest
  @EnumSource(StoreKind.class)
  void aReadComesInChunksOrInOneIfThatIsAskedFor(StoreKind store)
      throws IOException, InterruptedException {
    byte[] written = new byte[1_000_001];
    new Random(9).nextBytes(written);
    try (RawNbd nbd = start(store).attached(ROOT)) {
      nbd.call(Nbd.CMD_WRITE, Nbd.CMD_FLAG_FUA, 4_000_003, written.length, written);
      List<RawNbd.Chunk> chunks = nbd.call(Nbd.CMD_READ, 0, 4_000_003, written.length, NONE);
      assertTrue(chunks.size() > 1);
      assertArrayEquals(written, assembled(chunks, 4_000_003, written.length));
      List<RawNbd.Chunk> one =
          nbd.call(Nbd.CMD_READ, Nbd.CMD_FLAG_DF, 4_000_003, written.length, NONE);
      assertEquals(1, one.stream().filter(c -> c.type() == Nbd.REPLY_TYPE_OFFSET_DATA).count());
      assertArrayEquals(written, assembled(one, 4_000_003, written.length));
      assertEquals(1, nbd.call(Nbd.CMD_READ, Nbd.CMD_FLAG_DF, 5, 65_536, NONE).size());
      assertEquals(Nbd.OK, nbd.error(Nbd.CMD_READ, 0, 5, 0));
    }
  }

  private static byte[] assembled(List<RawNbd.Chunk> chunks, long offset, int length) {
    byte[] data = new byte[length];
    for (RawNbd.Chunk chunk : chunks) {
      if (chunk.type() == Nbd.REPLY_TYPE_OFFSET_DATA) {
        ByteBuffer payload = ByteBuffer.wrap(chunk.payload());
        int at = (int) (payload.getLong() - offset);
        payload.get(data, at, payload.remaining());
      }
    }
    return data;
  }

  @ParameterizedTest
  @EnumSource(StoreKind.class)
  void everyErrorIsTheOneTheDocumentNames(StoreKind store)
      throws IOException, InterruptedException {
    long end = TestVm.DISK_BYTES;
    try (RawNbd nbd = start(store).attached(ROOT);
        RawNbd fixed = connect(RawNbd.BOTH).attached("web/fixed")) {
      assertEquals(Nbd.EINVAL, nbd.error(99, 0, 0, 0));
      assertEquals(Nbd.EINVAL, nbd.error(Nbd.CMD_READ, 0, end, 1));
      assertEquals(Nbd.EINVAL, nbd.error(Nbd.CMD_READ, 0, -1, 1));
      assertEquals(Nbd.EINVAL, nbd.error(Nbd.CMD_READ, Nbd.CMD_FLAG_NO_HOLE, 0, 1));
      assertEquals(Nbd.EINVAL, nbd.error(Nbd.CMD_READ, 0, 0, 49 << 20));
      assertEquals(Nbd.EOVERFLOW, nbd.error(Nbd.CMD_READ, Nbd.CMD_FLAG_DF, 0, 49 << 20));
      assertEquals(Nbd.EINVAL, nbd.error(Nbd.CMD_TRIM, 0, end - 1, 2));
      assertEquals(Nbd.EINVAL, nbd.error(Nbd.CMD_CACHE, 0, end - 1, 2));
      assertEquals(Nbd.EINVAL, nbd.error(Nbd.CMD_CACHE, Nbd.CMD_FLAG_DF, 0, 2));
      assertEquals(Nbd.ENOSPC, nbd.error(Nbd.CMD_WRITE_ZEROES, 0, end - 1, 2));
      assertEquals(Nbd.EINVAL, nbd.error(Nbd.CMD_WRITE_ZEROES, 1 << 9, 0, 2));
      assertEquals(Nbd.EINVAL, nbd.error(Nbd.CMD_FLUSH, 0, 1, 0));
      assertEquals(Nbd.EINVAL, nbd.error(Nbd.CMD_BLOCK_STATUS, 0, end, 1));
      assertEquals(Nbd.EINVAL, nbd.error(Nbd.CMD_BLOCK_STATUS, 0, 0, 0));
      assertEquals(Nbd.ENOSPC, lastError(nbd, end - 1, new byte[2]));
      assertEquals(Nbd.EINVAL, lastError(nbd, 0, new byte[(48 << 20) + 1]));
      assertEquals(Nbd.EPERM, lastError(fixed, 0, new byte[2]));
      assertEquals(Nbd.EPERM, fixed.error(Nbd.CMD_TRIM, 0, 0, 2));
      assertEquals(Nbd.EPERM, fixed.error(Nbd.CMD_WRITE_ZEROES, 0, 0, 2));
      assertEquals(Nbd.OK, fixed.error(Nbd.CMD_CACHE, 0, 0, 1 << 20));
      // And the connections live.
      assertEquals(Nbd.OK, lastError(nbd, 0, new byte[2]));
      assertEquals(Nbd.OK, fixed.error(Nbd.CMD_READ, 0, 0, 10));
      nbd.request(Nbd.CMD_DISC, 0, 1, 0, 0, NONE);
      assertThrows(EOFException.class, nbd::chunk);
    }
  }

  private static int lastError(RawNbd nbd, long offset, byte[] payload) throws IOException {
    return nbd.call(Nbd.CMD_WRITE, 0, offset, payload.length, payload).getLast().error();
  }

  @ParameterizedTest
  @EnumSource(StoreKind.class)
  void blockStatusKnowsHolesAndData(StoreKind store) throws IOException, InterruptedException {
    try (RawNbd nbd = start(store).attached(ROOT)) {
      byte[] mebibyte = new byte[1 << 20];
      Arrays.fill(mebibyte, (byte) 3);
      nbd.call(Nbd.CMD_WRITE, 0, 4 << 20, mebibyte.length, mebibyte);
      List<Integer> status = status(nbd, 0, 0, 16 << 20);
      assertEquals(List.of(4 << 20, 3, 1 << 20, 0, 11 << 20, 3), status);
      assertEquals(List.of(1 << 20, 3), status(nbd, Nbd.CMD_FLAG_REQ_ONE, 3 << 20, 8 << 20));
      assertEquals(Nbd.OK, nbd.error(Nbd.CMD_TRIM, 0, 4 << 20, 1 << 20));
      assertEquals(List.of(16 << 20, 3), status(nbd, 0, 0, 16 << 20));
      int fast = Nbd.CMD_FLAG_FAST_ZERO | Nbd.CMD_FLAG_FUA | Nbd.CMD_FLAG_NO_HOLE;
      assertEquals(Nbd.OK, nbd.error(Nbd.CMD_WRITE_ZEROES, fast, 4097, 10_000_000));
      assertArrayEquals(
          new byte[100_000],
          assembled(nbd.call(Nbd.CMD_READ, 0, 4 << 20, 100_000, NONE), 4 << 20, 100_000));
    }
  }

  private static List<Integer> status(RawNbd nbd, int flags, long offset, int length)
      throws IOException {
    List<RawNbd.Chunk> chunks = nbd.call(Nbd.CMD_BLOCK_STATUS, flags, offset, length, NONE);
    assertEquals(1, chunks.size());
    ByteBuffer payload = ByteBuffer.wrap(chunks.getFirst().payload());
    assertEquals(1, payload.getInt(), "the context's id");
    List<Integer> numbers = new java.util.ArrayList<>();
    while (payload.hasRemaining()) {
      numbers.add(payload.getInt());
    }
    return numbers;
  }

  @ParameterizedTest
  @EnumSource(StoreKind.class)
  void aClientThatTakesNoAnswersHoldsUpNobody(StoreKind store)
      throws IOException, InterruptedException {
    try (RawNbd greedy = start(store).attached(ROOT);
        RawNbd other = connect(RawNbd.BOTH).attached(ROOT)) {
      for (int i = 0; i < 200; i++) {
        greedy.request(Nbd.CMD_READ, 0, i, 0, 32 << 20, NONE);
      }
      byte[] payload = new byte[5000];
      Arrays.fill(payload, (byte) 1);
      assertEquals(Nbd.OK, lastError(other, 100, payload));
      assertEquals(Nbd.OK, other.error(Nbd.CMD_FLUSH, 0, 0, 0));
    }
  }
}
