package lockstep.disk.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import lockstep.disk.DiskServerOptions;
import lockstep.disk.ServerFixture;
import lockstep.disk.TestAttach;
import lockstep.disk.TestVm;
import lockstep.disk.store.StoreKind;
import lockstep.ft.machine.Bytes;
import lockstep.ft.machine.DiskStatus;
import lockstep.ft.nbd.ExportName;
import lockstep.ft.nbd.NbdEvent;
import lockstep.ft.nbd.NbdRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Disks over HTTP, seen over NBD, with both stores. */
final class DiskRoutesTest {
  private static final long DISK_BYTES = 4L << 20;

  @TempDir Path data;

  @SuppressWarnings("NullAway.Init") // each test starts it
  private ServerFixture fixture;

  private void start(StoreKind store) throws IOException, InterruptedException {
    fixture = new ServerFixture(DiskServerOptions.onLoopback(data).with(store), DISK_BYTES);
  }

  @AfterEach
  void stop() {
    fixture.close();
  }

  private HttpResponse<String> send(String method, String path)
      throws IOException, InterruptedException {
    return TestVm.send(fixture.server.httpAddress(), method, path);
  }

  /** Repeats while the server has not yet noted that a client of ours has gone. */
  private int code(String method, String path) throws IOException, InterruptedException {
    HttpResponse<String> response = send(method, path);
    for (int i = 0; i < 100 && response.body().contains("a client is attached"); i++) {
      Thread.sleep(20);
      response = send(method, path);
    }
    return response.statusCode();
  }

  private void write(String disk, int value) {
    byte[] bytes = new byte[10_000];
    Arrays.fill(bytes, (byte) value);
    try (TestAttach attach = fixture.attach(ExportName.parse(disk).orElseThrow())) {
      attach.attached();
      assertEquals(DiskStatus.OK, attach.status(NbdRequest.write(1, 5_000, Bytes.of(bytes))));
    }
  }

  private int read(String export) {
    try (TestAttach attach = fixture.attach(ExportName.parse(export).orElseThrow())) {
      attach.attached();
      byte[] found = attach.read(5_000, 10_000);
      byte[] expected = new byte[10_000];
      Arrays.fill(expected, found[0]);
      assertArrayEquals(expected, found);
      return found[0];
    }
  }

  @ParameterizedTest
  @EnumSource(StoreKind.class)
  void snapshotsClonesAndRollbacksAreWhatTheDiskWas(StoreKind store)
      throws IOException, InterruptedException {
    start(store);
    write("web/root", 1);
    assertEquals(201, code("PUT", "/disks/web/root/snapshots/one"));
    assertEquals(409, code("PUT", "/disks/web/root/snapshots/one"));
    write("web/root", 2);
    assertEquals(201, code("PUT", "/disks/web/copy?from=web/root"));
    assertEquals(201, code("PUT", "/disks/web/old?from=web/root@one"));
    write("web/root", 3);
    write("web/copy", 4);
    fixture.restart();
    assertEquals(1, read("web/root@one"));
    assertEquals(3, read("web/root"));
    assertEquals(4, read("web/copy"));
    assertEquals(1, read("web/old"));
    assertEquals(200, code("POST", "/disks/web/root/snapshots/one"));
    assertEquals(1, read("web/root"));
    assertEquals(200, code("DELETE", "/disks/web/root/snapshots/one"));
    assertEquals(404, code("DELETE", "/disks/web/root/snapshots/one"));
    assertEquals(1, read("web/root"));
    assertEquals(1, read("web/old"));
    assertEquals(200, code("DELETE", "/disks/web/old"));
    assertEquals(404, code("GET", "/disks/web/old"));
    fixture.restart();
    assertEquals(1, read("web/root"));
    assertEquals(4, read("web/copy"));
  }

  @ParameterizedTest
  @EnumSource(StoreKind.class)
  void aSnapshotIsTakenUnderALiveVmmAndIsReadOnly(StoreKind store)
      throws IOException, InterruptedException {
    start(store);
    long epoch = fixture.start(fixture.arbiter(), 1);
    try (TestAttach vmm = fixture.vmm(epoch)) {
      vmm.attached();
      byte[] bytes = new byte[10_000];
      Arrays.fill(bytes, (byte) 7);
      assertEquals(DiskStatus.OK, vmm.status(NbdRequest.write(1, 5_000, Bytes.of(bytes))));
      assertEquals(201, code("PUT", "/disks/web/root/snapshots/live"));
      assertEquals(DiskStatus.OK, vmm.status(NbdRequest.writeZeroes(1, 0, 1 << 20)));
      assertEquals(7, read("web/root@live"));
      try (TestAttach snapshot = fixture.attach(ExportName.snapshot("web", "root", "live"))) {
        assertTrue(snapshot.attached().readOnly());
        assertEquals(409, send("DELETE", "/disks/web/root/snapshots/live").statusCode());
      }
      // What would change the disk under its VMM is refused.
      assertEquals(409, code("POST", "/disks/web/root/snapshots/live"));
      assertEquals(409, code("POST", "/disks/web/root?size=4096"));
      assertEquals(409, code("DELETE", "/disks/web/root"));
      assertEquals(200, code("POST", "/disks/web/root?size=8388608")); // but more room may come
    }
  }

  @ParameterizedTest
  @EnumSource(StoreKind.class)
  void disksAreMadeResizedRenamedReplacedAndDeleted(StoreKind store)
      throws IOException, InterruptedException {
    start(store);
    assertEquals(400, code("PUT", "/disks/b/one?size=many"));
    assertEquals(409, code("PUT", "/disks/b/one?size=0"));
    assertEquals(201, code("PUT", "/disks/b/one?size=1000001"));
    assertEquals(409, code("PUT", "/disks/b/one?size=1000001"));
    write("b/one", 5);
    assertEquals(200, code("POST", "/disks/b/one?size=20000"));
    assertEquals(5, read("b/one"));
    assertEquals(200, code("POST", "/disks/b/one?size=10000"));
    assertEquals(200, code("POST", "/disks/b/one?size=20000"));
    try (TestAttach disk = fixture.attach(ExportName.plain("b", "one"))) {
      assertEquals(20_000, disk.attached().sizeBytes());
      assertArrayEquals(new byte[10_000], disk.read(10_000, 10_000), "what was cut off is zeroes");
    }
    assertEquals(200, code("POST", "/disks/b/one?rename=c/two"));
    try (TestAttach gone = fixture.attach(ExportName.plain("b", "one"))) {
      assertInstanceOf(NbdEvent.Refused.class, gone.next());
    }
    assertEquals(201, code("PUT", "/disks/c/three?size=20000"));
    write("c/three", 6);
    assertEquals(200, code("POST", "/disks/c/two?replace-by=c/three"));
    assertEquals(6, read("c/two"));
    assertEquals(409, code("DELETE", "/disks/web/root"), "its definition names it");
    assertEquals(200, code("DELETE", "/disks/c/two"));
    assertEquals(
        "2", Integer.toString(send("GET", "/disks").body().split("\"export\"").length - 1));
  }

  @ParameterizedTest
  @EnumSource(StoreKind.class)
  void aVmsDefinitionGrowsWithItsDisk(StoreKind store) throws IOException, InterruptedException {
    start(store);
    assertEquals(200, code("POST", "/disks/web/root?size=8388608"));
    assertTrue(send("GET", "/vms/web").body().contains("8388608"));
    assertEquals(409, code("POST", "/disks/web/root?size=8388609"));
  }

  @ParameterizedTest
  @EnumSource(StoreKind.class)
  void aCheckpointTakenUnderWritersIsAServerOfItsOwn(StoreKind store)
      throws IOException, InterruptedException {
    start(store);
    write("web/root", 9);
    HttpResponse<String> answer = send("POST", "/checkpoints/monday");
    assertEquals(201, answer.statusCode(), answer.body());
    write("web/root", 10);
    Path copy = Path.of(answer.body().strip());
    assertTrue(Files.isDirectory(copy));
    assertEquals(409, send("POST", "/checkpoints/monday").statusCode());
    fixture.close();
    fixture = new ServerFixture(DiskServerOptions.onLoopback(copy), DISK_BYTES);
    assertEquals(9, read("web/root"));
  }

  @ParameterizedTest
  @EnumSource(StoreKind.class)
  void whatClientsHaveDoneToADiskIsAmongTheMetrics(StoreKind store)
      throws IOException, InterruptedException {
    start(store);
    write("web/root", 3);
    assertEquals(3, read("web/root"));
    String metrics = send("GET", "/metrics").body();
    assertTrue(metrics.contains("disk_written_bytes{disk=\"web/root\"} 10000.0"), metrics);
    assertTrue(metrics.contains("disk_read_bytes{disk=\"web/root\"} 10000.0"), metrics);
    assertTrue(metrics.contains("disk_errors{disk=\"web/root\"} 0.0"), metrics);
  }
}
