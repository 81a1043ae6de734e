package lockstep.disk;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import lockstep.disk.store.StoreKind;
import lockstep.ft.arbiter.ArbiterRules;
import lockstep.ft.machine.Bytes;
import lockstep.ft.machine.DiskStatus;
import lockstep.ft.nbd.NbdRequest;
import lockstep.ft.net.Transport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * {@code kill -9} of the server under load. What was answered is with the operating system, so that
 * the death of the process loses none of it, flushed or not.
 */
final class KillTest {
  private static final int LONG_BYTES = 1 << 20;

  @TempDir Path data;
  private final Random random = new Random(5);
  private final StampedDisk stamped = new StampedDisk(random);

  /** Of the arbiter's record, as it was last answered. */
  private long epoch;

  private ServerProcess start(StoreKind store) throws IOException {
    return ServerProcess.start(data, store, ArbiterRules.LEASE_MILLIS_DEFAULT);
  }

  private void kill(StoreKind store, int times) throws IOException, InterruptedException {
    try (Transport transport = new Transport("kill-test", 1)) {
      for (int round = 0; round < times; round++) {
        try (ServerProcess server = start(store)) {
          if (round == 0) {
            TestVm.define(server.http(), TestVm.DISK_BYTES);
          }
          epoch = server.checkAndChangeTheRecord(transport, epoch);
          try (TestAttach disk = server.attach(transport)) {
            stamped.checkAnswered(disk);
            stamped.load(disk, 500 + random.nextInt(1_500), server::kill, true);
          }
        }
      }
      try (ServerProcess server = start(store);
          TestAttach disk = server.attach(transport)) {
        stamped.checkAnswered(disk);
      }
    }
    assertTrue(stamped.writes() > times * 100L, "there was load: " + stamped.writes());
  }

  @ParameterizedTest
  @EnumSource(StoreKind.class)
  void answeredWritesAndTheArbitersRecordSurviveTheDeathOfTheServer(StoreKind store)
      throws IOException, InterruptedException {
    kill(store, 2);
  }

  @ParameterizedTest
  @EnumSource(StoreKind.class)
  @Tag("slow")
  void alsoManyDeaths(StoreKind store) throws IOException, InterruptedException {
    int kills = Integer.getInteger("lockstep.kills", 12);
    kill(store, kills);
    System.out.printf(
        "%s: %d kills; %d writes, %d flushes; %d flushed writes checked, lost: 0; torn blocks: 0;"
            + " %d changes of the arbiter's record, lost: 0%n",
        store, kills, stamped.writes(), stamped.flushes(), stamped.flushedChecked(), epoch);
  }

  @ParameterizedTest
  @EnumSource(StoreKind.class)
  void longWritesSurviveToo(StoreKind store) throws IOException, InterruptedException {
    byte[] expected = new byte[(int) TestVm.DISK_BYTES];
    try (Transport transport = new Transport("kill-test", 1)) {
      for (int round = 0; round < 3; round++) {
        try (ServerProcess server = start(store)) {
          if (round == 0) {
            TestVm.define(server.http(), TestVm.DISK_BYTES);
          }
          try (TestAttach disk = server.attach(transport)) {
            assertSame(expected, disk);
            for (int at = 0; at < expected.length; at += LONG_BYTES) {
              write(disk, expected, at, LONG_BYTES);
              write(disk, expected, random.nextInt(at + LONG_BYTES) / 512 * 512, 512);
            }
            server.kill();
          }
        }
      }
      try (ServerProcess server = start(store);
          TestAttach disk = server.attach(transport)) {
        assertSame(expected, disk);
      }
    }
  }

  private void write(TestAttach disk, byte[] expected, int at, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    System.arraycopy(bytes, 0, expected, at, length);
    assertEquals(DiskStatus.OK, disk.status(NbdRequest.write(1, at, Bytes.of(bytes))));
  }

  private static void assertSame(byte[] expected, TestAttach disk) {
    for (int at = 0; at < expected.length; at += LONG_BYTES) {
      assertArrayEquals(
          Arrays.copyOfRange(expected, at, at + LONG_BYTES), disk.read(at, LONG_BYTES));
    }
  }
}
