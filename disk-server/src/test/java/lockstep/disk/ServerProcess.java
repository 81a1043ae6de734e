package lockstep.disk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import lockstep.disk.store.StoreKind;
import lockstep.ft.arbiter.ArbiterReplyCodec;
import lockstep.ft.arbiter.ArbiterRequest;
import lockstep.ft.arbiter.ArbiterRequestCodec;
import lockstep.ft.arbiter.Member;
import lockstep.ft.nbd.ExportName;
import lockstep.ft.nbd.NbdEvent;
import lockstep.ft.net.Transport;

/** A {@link ChildServer}, and clients for it. */
record ServerProcess(
    Process process, InetSocketAddress nbd, InetSocketAddress arbiter, InetSocketAddress http)
    implements AutoCloseable {
  private static final int ATTACH_TRIES = 10;

  /**
   * Starts it, and waits until it is up.
   *
   * @param leaseMillis of its arbiter
   */
  static ServerProcess start(Path data, StoreKind store, long leaseMillis) throws IOException {
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
                store.label(),
                Long.toString(leaseMillis))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    BufferedReader out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    String line = out.readLine();
    assertTrue(line != null, "the server did not start");
    String[] ports = String.valueOf(line).split(" ");
    return new ServerProcess(process, loopback(ports[0]), loopback(ports[1]), loopback(ports[2]));
  }

  private static InetSocketAddress loopback(String port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(port));
  }

  /** {@code kill -9} */
  void kill() {
    process.destroyForcibly();
  }

  /** Sends a signal by its name. */
  void signal(String name) throws IOException, InterruptedException {
    Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
    assertEquals(0, kill.waitFor());
  }

  ServerFixture.ArbiterClient arbiter(Transport transport) {
    ServerFixture.ArbiterClient client = new ServerFixture.ArbiterClient();
    transport.dial(arbiter, new ArbiterReplyCodec(), new ArbiterRequestCodec(), client);
    return client;
  }

  /**
   * Checks that the arbiter's record is at {@code epoch}, and changes it twice: the guest is
   * started, and has ended.
   *
   * @return the epoch then
   */
  long checkAndChangeTheRecord(Transport transport, long epoch) {
    ServerFixture.ArbiterClient client = arbiter(transport);
    assertEquals(epoch, client.epoch(), "the arbiter's record");
    Member member = ServerFixture.member(1);
    long started =
        ServerFixture.granted(
            client.ask(new ArbiterRequest.Start(TestVm.NAME, member, epoch, epoch + 1)));
    return ServerFixture.granted(
        client.ask(new ArbiterRequest.Resign(TestVm.NAME, member.id(), started, started + 1)));
  }

  /** The first {@code length} bytes of a snapshot. */
  byte[] readSnapshot(Transport transport, String snapshot, int length) {
    ExportName export = ExportName.snapshot(TestVm.NAME, TestVm.DISK, snapshot);
    try (TestAttach attach = new TestAttach(transport.eventLoops(), nbd, export)) {
      attach.attached();
      return attach.read(0, length);
    }
  }

  /** Attaches a plain client. */
  TestAttach attach(Transport transport) {
    ExportName export = ExportName.plain(TestVm.NAME, TestVm.DISK);
    for (int tries = 0; tries < ATTACH_TRIES; tries++) {
      TestAttach disk = new TestAttach(transport.eventLoops(), nbd, export);
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

  /** Kills it if it runs, and waits until it is gone. */
  @Override
  public void close() {
    try {
      process.destroyForcibly().waitFor();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
