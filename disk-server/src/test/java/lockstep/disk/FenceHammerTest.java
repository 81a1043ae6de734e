package lockstep.disk;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import lockstep.disk.ServerFixture.ArbiterClient;
import lockstep.ft.arbiter.ArbiterRequest;
import lockstep.ft.machine.Bytes;
import lockstep.ft.machine.DiskStatus;
import lockstep.ft.nbd.NbdEvent;
import lockstep.ft.nbd.NbdRequest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** DESIGN, "The epoch fences": after a claim's answer no byte of an older epoch is applied. */
final class FenceHammerTest {
  private static final int BLOCKS = 64;
  private static final int BLOCK_BYTES = 4096;
  private static final int REGION_BYTES = BLOCKS * BLOCK_BYTES;
  private static final int IN_FLIGHT = 48;

  @TempDir Path data;

  /** Writes its epoch all over the region, as fast as it is answered, until its attach ends. */
  private static final class Writer {
    private final Random random;
    private final long epoch;
    private final TestAttach attach;
    private final Thread thread = new Thread(this::run, "writer");
    final AtomicBoolean fenced = new AtomicBoolean();
    final AtomicLong answered = new AtomicLong();

    /** Also those that were never answered. */
    final AtomicLong sent = new AtomicLong();

    Writer(ServerFixture fixture, long epoch) {
      this.epoch = epoch;
      this.random = new Random(epoch);
      this.attach = fixture.vmm(epoch);
      attach.attached();
      for (int i = 0; i < IN_FLIGHT; i++) {
        write();
      }
      thread.start();
    }

    private void write() {
      int first = random.nextInt(BLOCKS);
      int count = 1 + random.nextInt(Math.min(16, BLOCKS - first));
      ByteBuffer stamped = ByteBuffer.allocate(count * BLOCK_BYTES);
      while (stamped.hasRemaining()) {
        stamped.putLong(epoch);
      }
      // Off by some bytes now and then, so that blocks are read and merged too.
      int skew = first > 0 ? random.nextInt(2) * 8 : 0;
      sent.incrementAndGet();
      attach.client.submit(
          NbdRequest.write(0, (long) first * BLOCK_BYTES - skew, Bytes.of(stamped.array())));
    }

    private void run() {
      while (true) {
        switch (attach.next()) {
          case NbdEvent.Completed(_, DiskStatus status, _) -> {
            assertEquals(DiskStatus.OK, status);
            answered.incrementAndGet();
            write();
          }
          case NbdEvent.Fenced _ -> {
            fenced.set(true);
            return;
          }
          case NbdEvent.Attached _, NbdEvent.Refused _, NbdEvent.Lost _ -> {
            return;
          }
        }
      }
    }

    void join() throws InterruptedException {
      thread.join();
      attach.close();
    }
  }

  /** As it is now: a reader sees the disk as it was when it attached. */
  private static byte[] region(ServerFixture fixture) {
    try (TestAttach reader = fixture.plain()) {
      reader.attached();
      return reader.read(0, REGION_BYTES);
    }
  }

  private static long newestEpochIn(byte[] region) {
    ByteBuffer stamps = ByteBuffer.wrap(region);
    long newest = 0;
    while (stamps.hasRemaining()) {
      newest = Math.max(newest, stamps.getLong());
    }
    return newest;
  }

  /** Writes of deposed writers that were open when the next epoch was granted. */
  private long openAtGrants;

  private long sent;

  /** Claims so often; returns how many writers heard that they were fenced. */
  private int hammer(int claims) throws IOException, InterruptedException {
    int fenced = 0;
    try (ServerFixture fixture = new ServerFixture(data)) {
      ArbiterClient arbiter = fixture.arbiter();
      long epoch = fixture.start(arbiter, 1);
      for (int claim = 0; claim < claims; claim++) {
        Writer writer = new Writer(fixture, epoch);
        Thread.sleep(claim % 7);
        var request =
            new ArbiterRequest.Claim(TestVm.NAME, ServerFixture.member(1), epoch, claim + 100);
        long next = ServerFixture.granted(arbiter.ask(request));
        byte[] atGrant = region(fixture);
        // A second attach of the dead epoch tries too.
        try (TestAttach late = fixture.vmm(epoch)) {
          assertTrue(late.next() instanceof NbdEvent.Fenced);
        }
        writer.join();
        sent += writer.sent.get();
        openAtGrants += writer.sent.get() - writer.answered.get();
        assertArrayEquals(atGrant, region(fixture), "after claim " + claim);
        assertTrue(newestEpochIn(atGrant) <= epoch);
        fenced += writer.fenced.get() ? 1 : 0;
        epoch = next;
      }
    }
    return fenced;
  }

  @Test
  void noByteOfAnOlderEpochIsAppliedAfterAClaimsAnswer() throws IOException, InterruptedException {
    assertTrue(hammer(60) > 50, "a writer that is busy is told that it is fenced");
  }

  @Test
  @Tag("slow")
  void norThroughHundredsOfClaims() throws IOException, InterruptedException {
    int claims = 1_000;
    assertTrue(hammer(claims) > claims * 9 / 10);
    System.out.printf(
        "%d claims, %d writes attempted by the deposed, %d of them refused or left unanswered;"
            + " bytes applied after a claim: 0%n",
        claims, sent, openAtGrants);
  }
}
