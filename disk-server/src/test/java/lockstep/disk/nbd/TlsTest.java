package lockstep.disk.nbd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.Base64;
import java.util.Optional;
import java.util.Random;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import lockstep.disk.DiskServerOptions;
import lockstep.disk.ServerFixture;
import lockstep.disk.TestVm;
import lockstep.disk.TlsOptions;
import lockstep.ft.nbd.Nbd;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** STARTTLS: modes SELECTIVETLS and FORCEDTLS of the document. */
final class TlsTest {
  private static final byte[] NONE = new byte[0];
  private static final char[] PASSWORD = "changeit".toCharArray();

  @TempDir Path directory;

  /** Makes a key and a certificate with the JDK's keytool. */
  private KeyStore keys() throws IOException, InterruptedException, GeneralSecurityException {
    Path file = directory.resolve("keys.p12");
    int exit =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "disk",
                "-keyalg",
                "EC",
                "-dname",
                "CN=localhost",
                "-ext",
                "san=dns:localhost",
                "-storetype",
                "PKCS12",
                "-keystore",
                file.toString(),
                "-storepass",
                new String(PASSWORD))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor();
    assertEquals(0, exit);
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      store.load(in, PASSWORD);
    }
    return store;
  }

  private Path pem(String name, String kind, byte[] bytes) throws IOException {
    String text =
        "-----BEGIN %s-----%n%s%n-----END %s-----%n"
            .formatted(
                kind,
                Base64.getMimeEncoder(64, System.lineSeparator().getBytes(StandardCharsets.UTF_8))
                    .encodeToString(bytes),
                kind);
    return Files.writeString(directory.resolve(name), text);
  }

  private TlsOptions options(KeyStore keys, boolean required)
      throws IOException, GeneralSecurityException {
    return new TlsOptions(
        pem("cert.pem", "CERTIFICATE", keys.getCertificate("disk").getEncoded()),
        pem("key.pem", "PRIVATE KEY", keys.getKey("disk", PASSWORD).getEncoded()),
        Optional.empty(),
        required);
  }

  private static void startTls(RawNbd nbd, Certificate trusted)
      throws IOException, GeneralSecurityException {
    assertEquals(Nbd.REP_ACK, nbd.lastOf(Nbd.OPT_STARTTLS, NONE));
    KeyStore anchors = KeyStore.getInstance("PKCS12");
    anchors.load(null, null);
    anchors.setCertificateEntry("disk", trusted);
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(anchors);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    SSLSocket socket =
        (SSLSocket) context.getSocketFactory().createSocket(nbd.socket(), "localhost", 0, true);
    socket.startHandshake();
    nbd.use(socket);
  }

  @Test
  void aDiskIsReadAndWrittenOverTls()
      throws IOException, InterruptedException, GeneralSecurityException {
    KeyStore keys = keys();
    byte[] written = new byte[3_000_000];
    new Random(1).nextBytes(written);
    DiskServerOptions options =
        DiskServerOptions.onLoopback(directory.resolve("data")).with(options(keys, true));
    try (ServerFixture fixture = new ServerFixture(options, TestVm.DISK_BYTES);
        RawNbd nbd = new RawNbd(fixture.server.nbdAddress(), RawNbd.BOTH)) {
      assertEquals(Nbd.REP_ERR_TLS_REQD, nbd.lastOf(Nbd.OPT_LIST, NONE));
      assertEquals(Nbd.REP_ERR_TLS_REQD, nbd.lastOf(Nbd.OPT_GO, RawNbd.go("web/root")));
      assertEquals(Nbd.REP_ERR_TLS_REQD, nbd.lastOf(4711, new byte[20_000]));
      assertEquals(Nbd.REP_ERR_INVALID, nbd.lastOf(Nbd.OPT_STARTTLS, new byte[1]));
      startTls(nbd, keys.getCertificate("disk"));
      assertEquals(Nbd.REP_ERR_INVALID, nbd.lastOf(Nbd.OPT_STARTTLS, NONE));
      nbd.attached("web/root");
      nbd.call(Nbd.CMD_WRITE, 0, 12_345, written.length, written);
      byte[] read = new byte[written.length];
      for (RawNbd.Chunk chunk : nbd.call(Nbd.CMD_READ, 0, 12_345, read.length, NONE)) {
        java.nio.ByteBuffer payload = java.nio.ByteBuffer.wrap(chunk.payload());
        int at = (int) (payload.getLong() - 12_345);
        payload.get(read, at, payload.remaining());
      }
      assertArrayEquals(written, read);
    }
  }

  @Test
  void whereTlsIsOfferedPlainClientsAreServedTooAndNothingIsTakenFromBeforeIt()
      throws IOException, InterruptedException, GeneralSecurityException {
    KeyStore keys = keys();
    DiskServerOptions options =
        DiskServerOptions.onLoopback(directory.resolve("data")).with(options(keys, false));
    try (ServerFixture fixture = new ServerFixture(options, TestVm.DISK_BYTES)) {
      try (RawNbd plain = new RawNbd(fixture.server.nbdAddress(), RawNbd.BOTH)) {
        plain.attached("web/root");
        assertEquals(Nbd.OK, plain.error(Nbd.CMD_FLUSH, 0, 0, 0));
      }
      try (RawNbd anew = new RawNbd(fixture.server.nbdAddress(), RawNbd.BOTH)) {
        assertEquals(Nbd.REP_ACK, anew.lastOf(Nbd.OPT_STRUCTURED_REPLY, NONE));
        startTls(anew, keys.getCertificate("disk"));
        byte[] context = RawNbd.context("web/root", Nbd.CONTEXT_ALLOCATION);
        assertEquals(
            Nbd.REP_ERR_INVALID,
            anew.lastOf(Nbd.OPT_SET_META_CONTEXT, context),
            "structured replies of before TLS are forgotten");
      }
      try (RawNbd smuggler = new RawNbd(fixture.server.nbdAddress(), RawNbd.BOTH)) {
        smuggler.out.write(smuggled());
        assertTrue(smuggler.in.readAllBytes().length < 30, "it is disconnected");
      }
    }
  }

  /** STARTTLS and LIST in one go. */
  private static byte[] smuggled() {
    return java.nio.ByteBuffer.allocate(32)
        .putLong(Nbd.OPTION_MAGIC)
        .putInt(Nbd.OPT_STARTTLS)
        .putInt(0)
        .putLong(Nbd.OPTION_MAGIC)
        .putInt(Nbd.OPT_LIST)
        .putInt(0)
        .array();
  }
}
