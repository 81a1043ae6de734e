package lockstep.disk.nbd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import lockstep.disk.ComparedDisk;
import lockstep.disk.ServerFixture;
import lockstep.disk.ServerFixture.ArbiterClient;
import lockstep.disk.TestAttach;
import lockstep.disk.TestVm;
import lockstep.disk.WithServer;
import lockstep.ft.arbiter.ArbiterRequest;
import lockstep.ft.machine.Bytes;
import lockstep.ft.machine.DiskStatus;
import lockstep.ft.nbd.ExportInfo;
import lockstep.ft.nbd.ExportName;
import lockstep.ft.nbd.Nbd;
import lockstep.ft.nbd.NbdClient;
import lockstep.ft.nbd.NbdConnection;
import lockstep.ft.nbd.NbdEvent;
import lockstep.ft.nbd.NbdRequest;
import org.junit.jupiter.api.Test;

final class NbdServerTest extends WithServer {
  private static Bytes bytes(int length, int value) {
    byte[] array = new byte[length];
    java.util.Arrays.fill(array, (byte) value);
    return Bytes.of(array);
  }

  @Test
  void tellsSizeFlagsAndIncarnation() {
    try (TestAttach disk = fixture.plain()) {
      ExportInfo info = disk.attached();
      assertEquals(TestVm.DISK_BYTES, info.sizeBytes());
      assertEquals(OptionalLong.of(fixture.server.incarnation()), info.incarnation());
      assertTrue(info.has(Nbd.TRANSMISSION_CAN_MULTI_CONN));
      assertFalse(info.readOnly());
    }
  }

  @Test
  void anotherStartHasAnotherIncarnation() throws IOException {
    long first = fixture.server.incarnation();
    fixture.restart();
    assertTrue(first != fixture.server.incarnation());
  }

  @Test
  void answersEveryOperationOfAnySizeLikeAnArrayAlsoAfterRestarts() throws IOException {
    ComparedDisk compared = new ComparedDisk(new Random(7), 8 << 20);
    for (int restart = 0; restart < 3; restart++) {
      try (TestAttach disk = fixture.plain()) {
        disk.attached();
        compared.use(disk, 300);
        compared.check(disk);
      }
      fixture.restart();
    }
  }

  @Test
  void manyRequestsInFlightAreAllAnswered() {
    try (TestAttach disk = fixture.plain()) {
      disk.attached();
      int count = 2_000;
      for (int i = 0; i < count; i++) {
        disk.client.submit(NbdRequest.write(i, i * 4096L, bytes(4096, i)));
        if (i % 100 == 99) {
          disk.client.submit(NbdRequest.flush(count + i));
        }
      }
      for (int i = 0; i < count + count / 100; i++) {
        assertEquals(DiskStatus.OK, ((NbdEvent.Completed) disk.next()).status());
      }
      for (int i = 0; i < count; i += 37) {
        assertArrayEquals(bytes(4096, i).array(), disk.read(i * 4096L, 4096));
      }
    }
  }

  @Test
  void thirtyTwoMegabytesTravelBothWays() {
    try (TestAttach disk = fixture.plain()) {
      disk.attached();
      byte[] payload = new byte[Nbd.PAYLOAD_BYTES_MAX];
      new Random(1).nextBytes(payload);
      assertEquals(DiskStatus.OK, disk.status(NbdRequest.write(1, 4097, Bytes.of(payload))));
      assertArrayEquals(payload, disk.read(4097, payload.length));
    }
  }

  @Test
  void whatLiesBeyondTheEndIsAnErrorAndTheConnectionLives() {
    try (TestAttach disk = fixture.plain()) {
      disk.attached();
      assertEquals(DiskStatus.IO_ERROR, disk.status(NbdRequest.read(1, TestVm.DISK_BYTES - 1, 2)));
      assertEquals(
          DiskStatus.NO_SPACE,
          disk.status(NbdRequest.write(2, TestVm.DISK_BYTES - 1, bytes(2, 1))));
      assertEquals(
          DiskStatus.NO_SPACE, disk.status(NbdRequest.writeZeroes(3, TestVm.DISK_BYTES, 4096)));
      assertEquals(DiskStatus.IO_ERROR, disk.status(NbdRequest.trim(4, Long.MAX_VALUE - 5, 4096)));
      assertEquals(
          DiskStatus.OK, disk.status(NbdRequest.write(5, TestVm.DISK_BYTES - 1, bytes(1, 1))));
    }
  }

  private NbdConnection dial(Semaphore answers) {
    return NbdConnection.dial(
        fixture.transport.eventLoops(), fixture.server.nbdAddress(), answers::release);
  }

  @Test
  void aConnectionThatIsAttachedToNothingIsAnsweredUntilItAttaches() throws InterruptedException {
    Semaphore answers = new Semaphore(0);
    BlockingQueue<NbdEvent> events = new LinkedBlockingQueue<>();
    String export = ExportName.plain(TestVm.NAME, TestVm.DISK).toString();
    try (NbdConnection idle = dial(answers)) {
      answers.acquire(); // the greeting
      for (String asked : List.of(export, "no export", export)) {
        idle.ask(asked);
        answers.acquire();
        assertEquals(0, idle.unanswered());
      }
      assertTrue(idle.isOpen());
      idle.ask(export); // whose answer comes before that of the attach
      try (NbdClient client = idle.attach(export, events::add)) {
        assertInstanceOf(NbdEvent.Attached.class, events.take());
        client.submit(NbdRequest.read(7, 0, 4096));
        assertInstanceOf(NbdEvent.Completed.class, events.take());
      }
    }
  }

  @Test
  void aConnectionThatTheServerHasEndedIsNoAttach() throws Exception {
    Semaphore answers = new Semaphore(0);
    BlockingQueue<NbdEvent> events = new LinkedBlockingQueue<>();
    NbdConnection idle = dial(answers);
    answers.acquire();
    fixture.restart();
    while (!idle.isEnded()) {
      Thread.sleep(1);
    }
    var _ = idle.attach(ExportName.plain(TestVm.NAME, TestVm.DISK).toString(), events::add);
    assertInstanceOf(NbdEvent.Lost.class, events.take());
  }

  @Test
  void anUnknownExportIsRefusedByName() {
    try (TestAttach disk = fixture.attach(ExportName.plain("web", "other"))) {
      NbdEvent.Refused refused = assertInstanceOf(NbdEvent.Refused.class, disk.next());
      assertTrue(refused.reason().contains("no export 'web/other'"), refused.reason());
    }
  }

  @Test
  void aReadOnlyDiskSaysSoAndRefusesWrites() {
    try (TestAttach disk = fixture.attach(ExportName.plain("web", "fixed"))) {
      assertTrue(disk.attached().readOnly());
      assertEquals(DiskStatus.IO_ERROR, disk.status(NbdRequest.write(1, 0, bytes(512, 1))));
      assertArrayEquals(new byte[512], disk.read(0, 512));
    }
  }

  @Test
  void plainClientsOnlyReadWhileAVmmHoldsTheDisk() {
    ArbiterClient arbiter = fixture.arbiter();
    long epoch = fixture.start(arbiter, 1);
    try (TestAttach vmm = fixture.vmm(epoch);
        TestAttach plain = fixture.plain()) {
      assertFalse(vmm.attached().readOnly());
      assertTrue(plain.attached().readOnly());
      assertEquals(DiskStatus.OK, vmm.status(NbdRequest.write(1, 100, bytes(10, 5))));
      assertArrayEquals(new byte[10], plain.read(100, 10), "it sees the disk as it attached");
      assertEquals(DiskStatus.IO_ERROR, plain.status(NbdRequest.write(2, 100, bytes(10, 6))));
      assertArrayEquals(bytes(10, 5).array(), vmm.read(100, 10));
    }
  }

  @Test
  void startingAGuestFencesAPlainWriter() {
    try (TestAttach plain = fixture.plain()) {
      assertFalse(plain.attached().readOnly());
      fixture.start(fixture.arbiter(), 1);
      // Idle connections just end; at the next attach it may only read.
      assertInstanceOf(NbdEvent.Lost.class, plain.next());
    }
    try (TestAttach plain = fixture.plain()) {
      assertTrue(plain.attached().readOnly());
    }
  }

  @Test
  void anEpochThatIsOverIsFencedAndOneNeverGrantedIsRefused() {
    ArbiterClient arbiter = fixture.arbiter();
    long epoch = fixture.start(arbiter, 1);
    try (TestAttach over = fixture.vmm(epoch - 1);
        TestAttach never = fixture.vmm(epoch + 1)) {
      assertInstanceOf(NbdEvent.Fenced.class, over.next());
      assertInstanceOf(NbdEvent.Refused.class, never.next());
    }
  }

  @Test
  void aNewAttachOfTheSameEpochEndsTheOlderOneWhichIsNotFenced() {
    ArbiterClient arbiter = fixture.arbiter();
    long epoch = fixture.start(arbiter, 1);
    try (TestAttach older = fixture.vmm(epoch)) {
      older.attached();
      try (TestAttach newer = fixture.vmm(epoch)) {
        newer.attached();
        assertInstanceOf(NbdEvent.Lost.class, older.next());
        assertEquals(DiskStatus.OK, newer.status(NbdRequest.write(1, 0, bytes(10, 5))));
      }
    }
  }

  @Test
  void aClaimFencesTheOlderEpochsCommands() {
    ArbiterClient arbiter = fixture.arbiter();
    long epoch = fixture.start(arbiter, 1);
    try (TestAttach vmm = fixture.vmm(epoch)) {
      vmm.attached();
      for (int i = 0; i < 200; i++) {
        vmm.client.submit(NbdRequest.write(i, i * 1_000_000L / 4, bytes(200_000, 1)));
      }
      long next =
          ServerFixture.granted(
              arbiter.ask(
                  new ArbiterRequest.Claim(TestVm.NAME, ServerFixture.member(1), epoch, 77)));
      NbdEvent event = vmm.next();
      while (event instanceof NbdEvent.Completed completed) {
        assertEquals(DiskStatus.OK, completed.status());
        event = vmm.next();
      }
      // Who had commands open is told by one of them; whose commands had all been answered just
      // finds the connection ended, and is told at the next attach.
      if (event instanceof NbdEvent.Lost) {
        try (TestAttach again = fixture.vmm(epoch)) {
          event = again.next();
        }
      }
      assertInstanceOf(NbdEvent.Fenced.class, event);
      try (TestAttach again = fixture.vmm(next)) {
        again.attached();
        assertEquals(DiskStatus.OK, again.status(NbdRequest.flush(1)));
      }
    }
  }

  @Test
  void plainClientsLeaveAPlaceForTheVmm() {
    long epoch = fixture.start(fixture.arbiter(), 1);
    List<TestAttach> plain = new ArrayList<>();
    for (int i = 0; i < NbdServer.PLAIN_ATTACHES_MAX; i++) {
      plain.add(fixture.attach(ExportName.plain("web", "fixed")));
      plain.getLast().attached();
    }
    try (TestAttach further = fixture.plain();
        TestAttach vmm = fixture.vmm(epoch)) {
      assertInstanceOf(NbdEvent.Refused.class, further.next());
      vmm.attached();
    }
    plain.forEach(TestAttach::close);
  }

  /** Or a client without a right to anything could fill the memory that all share. */
  @Test
  void aClientThatAsksForListsAndReadsNoneIsDisconnected()
      throws IOException, InterruptedException {
    String name = "n".repeat(64);
    assertEquals(201, put("/disks/" + name + "/" + name + "?size=4096"));
    for (int i = 100; i < 300; i++) {
      assertEquals(201, put("/disks/" + name + "/" + name + "/snapshots/" + i + name.substring(3)));
    }
    try (RawNbd nbd = new RawNbd(fixture.server.nbdAddress(), RawNbd.BOTH)) {
      List<RawNbd.OptionReply> list = nbd.option(Nbd.OPT_LIST, new byte[0]);
      assertEquals(204, list.size(), "three disks, the snapshots, and an ACK");
    }
    int lists = 250; // some 7 MB; the server's system takes 4 of them
    try (RawNbd nbd = RawNbd.withNarrowWindow(fixture.server.nbdAddress(), RawNbd.BOTH)) {
      ByteBuffer all = ByteBuffer.allocate(lists * 2 * Long.BYTES);
      while (all.hasRemaining()) {
        all.putLong(Nbd.OPTION_MAGIC).putInt(Nbd.OPT_LIST).putInt(0);
      }
      nbd.out.write(all.array()); // at once, or it would be disconnected while it sends
      for (int i = 0; i < 200 && !isCounted("nbd_malformed_total"); i++) {
        Thread.sleep(50);
      }
      assertTrue(isCounted("nbd_malformed_total"), "not for its time being over");
    }
  }

  private int put(String path) throws IOException, InterruptedException {
    return TestVm.send(fixture.server.httpAddress(), "PUT", path).statusCode();
  }

  private boolean isCounted(String metric) throws IOException, InterruptedException {
    return TestVm.get(fixture.server.httpAddress(), "/metrics")
        .body()
        .lines()
        .anyMatch((metric + " 1.0")::equals);
  }

  @Test
  void afterClosingNoEventIsTold() throws InterruptedException {
    TestAttach disk = fixture.plain();
    disk.attached();
    disk.close();
    fixture.server.close();
    Thread.sleep(50);
    assertTrue(disk.events.isEmpty());
  }
}
