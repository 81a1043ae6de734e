package lockstep.disk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import lockstep.disk.ServerFixture.ArbiterClient;
import lockstep.disk.nbd.WatchedStore;
import lockstep.disk.store.StoreKind;
import lockstep.ft.arbiter.ArbiterRequest;
import lockstep.ft.machine.Bytes;
import lockstep.ft.nbd.NbdRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each VM has an arbiter of its own, as far as another VM can tell. */
final class ArbiterApartTest {
  private static final String OTHER = "other";

  @TempDir Path data;

  private static ArbiterRequest start(String vm) {
    return new ArbiterRequest.Start(vm, ServerFixture.member(1), 0, 1);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aDiskThatIsStuckHoldsUpNoOtherVmsArbiter() throws IOException {
    CountDownLatch touched = new CountDownLatch(1);
    CountDownLatch goesOn = new CountDownLatch(1);
    WatchedStore.Watcher stuck =
        method -> {
          if (method.equals("apply")) {
            touched.countDown();
            await(goesOn);
          }
        };
    try (WatchedServer server = new WatchedServer(data, StoreKind.FILE, stuck);
        TestAttach disk = server.plain()) {
      server.define(TestVm.definition(OTHER, TestVm.DISK_BYTES));
      disk.attached();
      disk.client.submit(NbdRequest.write(1, 0, Bytes.of(new byte[4096])));
      await(touched);
      ArbiterClient web = server.arbiter();
      web.send(start(TestVm.NAME)); // waits for the write
      ArbiterClient other = server.arbiter(OTHER);
      assertEquals(1, ServerFixture.granted(other.ask(start(OTHER))));
      assertTrue(web.replies.isEmpty());
      goesOn.countDown();
      assertEquals(1, ServerFixture.granted(web.next()));
    }
  }
}
