package lockstep.disk.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.util.Random;
import lockstep.disk.ServerFixture;
import lockstep.disk.TestVm;
import lockstep.disk.WithServer;
import lockstep.ft.arbiter.ArbiterRequest;
import lockstep.ft.definition.DefinitionCodec;
import lockstep.ft.definition.VmDefinition;
import org.junit.jupiter.api.Test;

final class RoutesTest extends WithServer {
  private int put(VmDefinition definition, String name) throws IOException, InterruptedException {
    return TestVm.put(fixture.server.httpAddress(), name, DefinitionCodec.toJson(definition))
        .statusCode();
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return TestVm.get(fixture.server.httpAddress(), path);
  }

  @Test
  void aDefinitionComesBackAsItWasPutAlsoAfterARestart() throws IOException, InterruptedException {
    String json = DefinitionCodec.toJson(TestVm.definition(TestVm.DISK_BYTES));
    assertEquals(json, get("/vms/web").body());
    fixture.restart();
    assertEquals(json, get("/vms/web").body());
    assertEquals("[\"web\"]", get("/vms").body());
    assertEquals(404, get("/vms/other").statusCode());
  }

  @Test
  void puttingTheSameAgainChangesNothingAndADiskOnlyGrows()
      throws IOException, InterruptedException {
    assertEquals(200, put(TestVm.definition(TestVm.DISK_BYTES), "web"));
    assertEquals(201, put(TestVm.definition(TestVm.DISK_BYTES * 2), "web"));
    assertEquals(409, put(TestVm.definition(TestVm.DISK_BYTES), "web"));
  }

  @Test
  void aRunningVmKeepsItsDefinition() throws IOException, InterruptedException {
    ServerFixture.ArbiterClient arbiter = fixture.arbiter();
    long epoch = fixture.start(arbiter, 1);
    assertEquals(200, put(TestVm.definition(TestVm.DISK_BYTES), "web"));
    String other = DefinitionCodec.toJson(TestVm.definition(TestVm.DISK_BYTES * 2));
    HttpResponse<String> refused = TestVm.put(fixture.server.httpAddress(), "web", other);
    assertEquals(409, refused.statusCode());
    assertTrue(refused.body().contains("is live at epoch " + epoch), refused.body());
    String deposing = "web?depose=" + epoch;
    assertEquals(409, TestVm.put(fixture.server.httpAddress(), deposing, other).statusCode());
    assertEquals(
        400, TestVm.put(fixture.server.httpAddress(), "web?depose=me", other).statusCode());
    arbiter.ask(new ArbiterRequest.Resign(TestVm.NAME, ServerFixture.member(1).id(), epoch, 77));
    assertEquals(201, TestVm.put(fixture.server.httpAddress(), "web", other).statusCode());
  }

  @Test
  void theArbitersRecordIsAmongTheMetrics() throws IOException, InterruptedException {
    assertTrue(get("/metrics").body().contains("arbiter_lease_left_seconds{vm=\"web\"} 0.0"));
    long epoch = fixture.start(fixture.arbiter(), 1);
    String metrics = get("/metrics").body();
    assertTrue(metrics.contains("arbiter_epoch{vm=\"web\"} " + (double) epoch), metrics);
    String replica = ServerFixture.member(1).id().toString();
    assertTrue(
        metrics.contains("arbiter_live{replica=\"" + replica + "\",vm=\"web\"} 1.0"), metrics);
    assertTrue(metrics.contains("arbiter_lease_left_seconds{vm=\"web\"} 2"), metrics);
  }

  @Test
  void nonsenseIsRefusedWithAReason() throws IOException, InterruptedException {
    assertEquals(400, put(TestVm.definition(TestVm.DISK_BYTES), "other"));
    HttpResponse<String> refused =
        TestVm.put(fixture.server.httpAddress(), "web", "{\"name\":\"web\"}");
    assertEquals(400, refused.statusCode());
    assertTrue(refused.body().length() > 5, refused.body());
    assertEquals(
        413, TestVm.put(fixture.server.httpAddress(), "web", " ".repeat(100_000)).statusCode());
  }

  @Test
  void blobsAreStoredByTheirDigestOrNotAtAll() throws IOException, InterruptedException {
    byte[] kernel = new byte[3_000_000];
    new Random(1).nextBytes(kernel);
    String digest = DefinitionCodec.sha256(kernel);
    assertEquals(404, blob("GET", digest, new byte[0]).statusCode());
    assertEquals(201, blob("PUT", digest, kernel).statusCode());
    assertEquals(201, blob("PUT", digest, kernel).statusCode());
    assertArrayEquals(kernel, blob("GET", digest, new byte[0]).body());
    assertEquals(200, blob("HEAD", digest, new byte[0]).statusCode());

    kernel[0]++;
    String another = "0".repeat(64);
    assertEquals(400, blob("PUT", another, kernel).statusCode());
    assertEquals(404, blob("GET", another, new byte[0]).statusCode());
    assertEquals(404, blob("GET", "..%2Fcontrol", new byte[0]).statusCode());
    try (var files = Files.list(data.resolve("blobs"))) {
      assertEquals(1, files.count());
    }
  }

  private HttpResponse<byte[]> blob(String method, String digest, byte[] body)
      throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(TestVm.uri(fixture.server.httpAddress(), "/blobs/" + digest))
              .method(method, HttpRequest.BodyPublishers.ofByteArray(body))
              .build(),
          HttpResponse.BodyHandlers.ofByteArray());
    }
  }

  @Test
  void statusNamesExportsEpochAndIncarnation() throws IOException, InterruptedException {
    long epoch = fixture.start(fixture.arbiter(), 1);
    String status = get("/status").body();
    assertTrue(status.contains("\"export\":\"web/root\""), status);
    assertTrue(status.contains("\"epoch\":" + epoch), status);
    assertTrue(status.contains(String.format("%016x", fixture.server.incarnation())), status);
    assertEquals("ok\n", get("/healthz").body());
    assertTrue(get("/metrics").body().contains("nbd_read"));
  }
}
