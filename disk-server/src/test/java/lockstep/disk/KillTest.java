package lockstep.disk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;
import lockstep.disk.store.StoreKind;
import lockstep.ft.arbiter.ArbiterReplyCodec;
import lockstep.ft.arbiter.ArbiterRequest;
import lockstep.ft.arbiter.ArbiterRequestCodec;
import lockstep.ft.arbiter.Member;
import lockstep.ft.machine.Bytes;
import lockstep.ft.machine.DiskStatus;
import lockstep.ft.nbd.ExportName;
import lockstep.ft.nbd.NbdEvent;
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
  private static final int BLOCKS = 512;
  private static final int BLOCK_BYTES = 4096;
  private static final int IN_FLIGHT = 32;
  private static final int ATTACH_TRIES = 10;

  @TempDir Path data;
  private final Random random = new Random(5);

  /** Of each block: the number of the newest write that was answered, and of the newest sent. */
  private final long[] answered = new long[BLOCKS];

  private final long[] sent = new long[BLOCKS];
  private long writes;

  /** Of the arbiter's record, as it was last answered. */
  private long epoch;

  private record Child(
      Process process, InetSocketAddress nbd, InetSocketAddress arbiter, InetSocketAddress http) {}

  private Child startChild(StoreKind store) throws IOException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                ChildServer.class.getName(),
                data.toString(),
                store.label())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    BufferedReader out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    String line = out.readLine();
    assertTrue(line != null, "the child did not start");
    String[] ports = String.valueOf(line).split(" ");
    return new Child(process, loopback(ports[0]), loopback(ports[1]), loopback(ports[2]));
  }

  private static InetSocketAddress loopback(String port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(port));
  }

  private void kill(StoreKind store, int times) throws IOException, InterruptedException {
    try (Transport transport = new Transport("kill-test", 1)) {
      for (int round = 0; round < times; round++) {
        Child child = startChild(store);
        try {
          if (round == 0) {
            TestVm.define(child.http, TestVm.DISK_BYTES);
          }
          checkTheArbiter(transport, child);
          try (TestAttach disk = attach(transport, child)) {
            check(disk);
            load(disk, child.process);
          }
        } finally {
          child.process.destroyForcibly().waitFor();
        }
      }
      Child child = startChild(store);
      try (TestAttach disk = attach(transport, child)) {
        check(disk);
      } finally {
        child.process.destroyForcibly().waitFor();
      }
    }
    assertTrue(writes > times * 100L, "there was load: " + writes);
  }

  /** The record is what was last answered; then it is changed twice more. */
  private void checkTheArbiter(Transport transport, Child child) {
    ServerFixture.ArbiterClient arbiter = new ServerFixture.ArbiterClient();
    transport.dial(child.arbiter, new ArbiterReplyCodec(), new ArbiterRequestCodec(), arbiter);
    assertEquals(epoch, arbiter.epoch(), "the arbiter's record");
    Member member = ServerFixture.member(1);
    epoch =
        ServerFixture.granted(
            arbiter.ask(new ArbiterRequest.Start(TestVm.NAME, member, epoch, epoch + 1)));
    epoch =
        ServerFixture.granted(
            arbiter.ask(new ArbiterRequest.Resign(TestVm.NAME, member.id(), epoch, epoch + 1)));
  }

  private static TestAttach attach(Transport transport, Child child) {
    ExportName export = ExportName.plain(TestVm.NAME, TestVm.DISK);
    for (int tries = 0; tries < ATTACH_TRIES; tries++) {
      TestAttach disk = new TestAttach(transport.eventLoops(), child.nbd, export);
      NbdEvent event = disk.next();
      if (event instanceof NbdEvent.Attached) {
        return disk;
      }
      // On a busy machine an attach may take longer than the client waits.
      assertTrue(event instanceof NbdEvent.Lost, event.toString());
      disk.close();
    }
    throw new AssertionError("no attach in " + ATTACH_TRIES + " tries");
  }

  /** Writes until the server is gone; kills it in the middle. */
  private void load(TestAttach disk, Process server) {
    for (int i = 0; i < IN_FLIGHT; i++) {
      write(disk);
    }
    int untilKill = 500 + random.nextInt(1_500);
    while (disk.next() instanceof NbdEvent.Completed(long token, DiskStatus status, _)) {
      assertEquals(DiskStatus.OK, status);
      int block = (int) (token % BLOCKS);
      answered[block] = Math.max(answered[block], token);
      if (--untilKill == 0) {
        server.destroyForcibly();
      }
      write(disk);
    }
  }

  /** The token is the write's number, and gives the block. */
  private void write(TestAttach disk) {
    int block = random.nextInt(BLOCKS);
    long number = ++writes * BLOCKS + block;
    sent[block] = number;
    ByteBuffer stamped = ByteBuffer.allocate(BLOCK_BYTES);
    while (stamped.hasRemaining()) {
      stamped.putLong(number);
    }
    disk.client.submit(
        NbdRequest.write(number, (long) block * BLOCK_BYTES, Bytes.of(stamped.array())));
  }

  private void check(TestAttach disk) {
    ByteBuffer found = ByteBuffer.wrap(disk.read(0, BLOCKS * BLOCK_BYTES));
    for (int block = 0; block < BLOCKS; block++) {
      long number = found.getLong(block * BLOCK_BYTES);
      assertTrue(
          number >= answered[block] && number <= sent[block],
          "block " + block + " has " + number + ", answered was " + answered[block]);
      for (int at = 0; at < BLOCK_BYTES; at += Long.BYTES) {
        assertEquals(number, found.getLong(block * BLOCK_BYTES + at), "a torn block");
      }
      // What is there now is what every later look must find, or something newer.
      answered[block] = number;
    }
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
        "%s: %d kills, %d writes, none of those answered lost%n", store, kills, writes);
  }
}
