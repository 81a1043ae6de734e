package lockstep.disk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import lockstep.disk.store.StoreKind;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What others have made to use NBD servers uses this one. Skipped where it is not installed. */
final class NbdToolsTest {
  private static final long DISK_BYTES = 64L << 20;

  @TempDir Path directory;

  @SuppressWarnings("NullAway.Init") // each test starts it
  private ServerFixture fixture;

  private String uri = "";

  private void start(StoreKind store, String... tools) throws IOException, InterruptedException {
    for (String tool : tools) {
      assumeTrue(HostTool.isInstalled(tool), tool + " is not installed");
    }
    fixture =
        new ServerFixture(
            DiskServerOptions.onLoopback(directory.resolve("data")).with(store), DISK_BYTES);
    uri = "nbd://localhost:" + fixture.server.nbdAddress().getPort() + "/web/root";
  }

  @AfterEach
  void stop() {
    if (fixture != null) {
      fixture.close();
    }
  }

  private String run(String... command) throws IOException, InterruptedException {
    return HostTool.run(directory, command);
  }

  private static void passed(StoreKind store, String what) {
    System.out.printf("%s: passed: %s%n", store, what);
  }

  /** An image as long as the disk with data here and there. */
  private Path image() throws IOException {
    Path image = directory.resolve("image");
    Random random = new Random(1);
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(DISK_BYTES);
      for (int i = 0; i < 40; i++) {
        byte[] data = new byte[1 + random.nextInt(300_000)];
        random.nextBytes(data);
        file.seek(random.nextInt((int) DISK_BYTES - data.length));
        file.write(data);
      }
    }
    return image;
  }

  @ParameterizedTest
  @EnumSource(StoreKind.class)
  void nbdinfoTellsSizeListAndMap(StoreKind store) throws IOException, InterruptedException {
    start(store, "nbdinfo");
    String info = run("nbdinfo", uri);
    assertTrue(info.contains("export-size: " + DISK_BYTES), info);
    assertTrue(info.contains("can_multi_conn: true") && info.contains("can_df: true"), info);
    assertTrue(info.contains("base:allocation"), info);
    String list = run("nbdinfo", "--list", uri.substring(0, uri.indexOf("/web")));
    assertTrue(list.contains("web/root") && list.contains("web/fixed"), list);
    assertTrue(run("nbdinfo", "--map", uri).contains("hole,zero"), "an empty disk is a hole");
    passed(store, "nbdinfo: size, flags, contexts, --list, --map");
  }

  @ParameterizedTest
  @EnumSource(StoreKind.class)
  void nbdcopyCopiesBothWays(StoreKind store) throws IOException, InterruptedException {
    start(store, "nbdcopy");
    Path image = image();
    run("nbdcopy", "--flush", image.toString(), uri);
    Path back = directory.resolve("back");
    run("nbdcopy", uri, back.toString());
    assertEquals(-1, Files.mismatch(image, back));
    passed(store, "nbdcopy: in and out, " + DISK_BYTES + " bytes compared");
  }

  @ParameterizedTest
  @EnumSource(StoreKind.class)
  void qemuImgConvertsComparesAndMaps(StoreKind store) throws IOException, InterruptedException {
    start(store, "qemu-img");
    String image = image().toString();
    String qcow2 = directory.resolve("image.qcow2").toString();
    run("qemu-img", "convert", "-f", "raw", "-O", "qcow2", image, qcow2);
    run("qemu-img", "convert", "-n", "-f", "qcow2", "-O", "raw", qcow2, uri);
    assertTrue(run("qemu-img", "compare", "-F", "raw", qcow2, uri).contains("identical"));
    String map = run("qemu-img", "map", "--output=json", uri);
    assertTrue(map.contains("\"zero\": true") && map.contains("\"data\": true"), map);
    String back = directory.resolve("back").toString();
    run("qemu-img", "convert", "-f", "raw", "-O", "raw", uri, back);
    assertEquals(-1, Files.mismatch(Path.of(image), Path.of(back)));
    passed(store, "qemu-img: convert in and out, compare, map");
  }

  @ParameterizedTest
  @EnumSource(StoreKind.class)
  void qemuIoFindsItsPatternsAgain(StoreKind store) throws IOException, InterruptedException {
    start(store, "qemu-io");
    List<String> command = new ArrayList<>(List.of("qemu-io", "-f", "raw"));
    for (String step :
        List.of(
            "write -P 0x11 0 1M",
            "write -P 0x22 511 4099",
            "write -z 100000 70001",
            "write -z -u 300000 100",
            "discard 500000 200000",
            "write -f -P 0x33 33554431 3",
            "aio_write -P 0x44 40000001 1000000",
            "aio_flush",
            "flush",
            "read -P 0x11 0 511",
            "read -P 0x22 511 4099",
            "read -P 0x11 4610 95390",
            "read -P 0 100000 70001",
            "read -P 0x11 170001 129999",
            "read -P 0 300000 100",
            "read -P 0x33 33554431 3",
            "read -P 0x44 40000001 1000000",
            "read -P 0 41000001 5000000")) {
      command.add("-c");
      command.add(step);
    }
    command.add(uri);
    String out = run(command.toArray(String[]::new));
    assertTrue(!out.contains("verification failed") && !out.contains("failed:"), out);
    passed(store, "qemu-io: " + command.stream().filter("-c"::equals).count() + " commands");
  }

  @ParameterizedTest
  @EnumSource(StoreKind.class)
  @Tag("slow")
  void fioVerifiesItsChecksums(StoreKind store) throws IOException, InterruptedException {
    start(store, "fio");
    for (String mode : List.of("randwrite", "randrw", "write")) {
      String out =
          run(
              "fio",
              "--name=verify",
              "--ioengine=nbd",
              "--uri=" + uri,
              "--rw=" + mode,
              "--bs=512-65536",
              "--bs_unaligned",
              "--size=32M",
              "--iodepth=16",
              "--verify=crc32c",
              "--verify_fatal=1");
      assertTrue(out.contains("err= 0"), out);
      passed(store, "fio --verify=crc32c: " + mode);
    }
  }
}
