package lockstep.disk;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import lockstep.disk.store.StoreKind;
import lockstep.ft.arbiter.ArbiterRules;
import lockstep.ft.net.Transport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A disk over NBD against an array, through restarts and {@code kill -9} of its server; between
 * them snapshots are taken, rolled back to, read and deleted.
 */
final class RandomOperationsTest {
  private static final int DISK_BYTES = 8 << 20;
  private static final int SNAPSHOTS_MAX = 4;
  private static final String SNAPSHOTS = "/disks/web/root/snapshots/";

  @TempDir Path data;
  private final Random random = new Random(Long.getLong("lockstep.seed", 21));
  private final ComparedDisk disk = new ComparedDisk(random, DISK_BYTES);

  /** By name: what they have to be. */
  private final Map<String, byte[]> snapshots = new HashMap<>();

  private int taken;
  private int kills;
  private int restarts;

  private void run(StoreKind store, int lives, int requests)
      throws IOException, InterruptedException {
    try (Transport transport = new Transport("random-operations-test", 1)) {
      for (int life = 0; life < lives; life++) {
        try (ServerProcess server =
            ServerProcess.start(data, store, ArbiterRules.LEASE_MILLIS_DEFAULT)) {
          if (life == 0) {
            TestVm.define(server.http(), DISK_BYTES);
          }
          changeSnapshots(server, transport);
          try (TestAttach attach = server.attach(transport)) {
            disk.check(attach);
            disk.use(attach, requests);
            disk.check(attach);
            endLife(server);
          }
        }
      }
    }
  }

  private void endLife(ServerProcess server) throws IOException, InterruptedException {
    if (random.nextInt(3) > 0) {
      server.kill();
      kills++;
    } else {
      server.process().getOutputStream().close();
      restarts++;
    }
    server.process().waitFor();
  }

  /** While nobody is attached. */
  private void changeSnapshots(ServerProcess server, Transport transport)
      throws IOException, InterruptedException {
    List<String> names = new ArrayList<>(snapshots.keySet());
    for (String name : names) {
      assertArrayEquals(
          snapshots.get(name), server.readSnapshot(transport, name, DISK_BYTES), name);
    }
    String any = names.isEmpty() ? "" : names.get(random.nextInt(names.size()));
    if (names.size() < SNAPSHOTS_MAX && random.nextBoolean()) {
      String name = "s" + ++taken;
      assertEquals(201, TestVm.send(server.http(), "PUT", SNAPSHOTS + name).statusCode());
      snapshots.put(name, disk.expected().clone());
    } else if (!any.isEmpty() && random.nextBoolean()) {
      assertEquals(200, TestVm.send(server.http(), "POST", SNAPSHOTS + any).statusCode());
      disk.becomes(snapshots.getOrDefault(any, new byte[0]));
    } else if (names.size() == SNAPSHOTS_MAX) {
      deleteSnapshot(server, any);
    }
  }

  private void deleteSnapshot(ServerProcess server, String name)
      throws IOException, InterruptedException {
    // The server notes a moment later that its reader has gone.
    int code = 409;
    while (code == 409) {
      code = TestVm.send(server.http(), "DELETE", SNAPSHOTS + name).statusCode();
    }
    assertEquals(200, code);
    snapshots.remove(name);
  }

  @ParameterizedTest
  @EnumSource(StoreKind.class)
  void aDiskStaysEqualToAnArrayThroughTheDeathsOfItsServer(StoreKind store)
      throws IOException, InterruptedException {
    run(store, 3, 100);
  }

  @ParameterizedTest
  @EnumSource(StoreKind.class)
  @Tag("slow")
  void alsoForLong(StoreKind store) throws IOException, InterruptedException {
    run(store, Integer.getInteger("lockstep.lives", 20), 500);
    System.out.printf(
        "%s: %d operations compared, %d MB; %d restarts, %d kills, %d snapshots; differences: 0%n",
        store, disk.operations(), disk.compared() >> 20, restarts, kills, taken);
  }
}
