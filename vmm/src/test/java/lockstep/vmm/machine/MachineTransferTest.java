package lockstep.vmm.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import lockstep.ft.log.LogChannelMessage.TransferPages;
import lockstep.ft.transfer.TransferLimits;
import lockstep.ft.transfer.TransferSource;
import lockstep.ft.transfer.TransferTarget;
import lockstep.ft.wire.MalformedMessageException;
import lockstep.vmm.machine.memory.PhysicalMemory;
import org.junit.jupiter.api.Test;

/** State transfer of the real machine, while it runs and writes all over its memory. */
final class MachineTransferTest {
  private static final long RAM_BYTES = 1 << 20;
  private static final TransferLimits LIMITS =
      new TransferLimits(1_000_000, 0, 1 << 16, 4, 8, 3, 0);

  /** Walks over 128 KiB again and again, writing every 520th byte's doubleword. */
  private static final int[] PROGRAM = {
    0x00004297, // auipc x5, 4
    0x00000313, // li x6, 0
    0x006283b3, // loop: add x7, x5, x6
    0x0063b023, // sd x6, 0(x7)
    0x20830313, // addi x6, x6, 520
    0x02f31313, // slli x6, x6, 47
    0x02f35313, // srli x6, x6, 47
    0xfedff06f, // j loop
  };

  private static Machine machine() {
    return new Machine(new MachineConfig(RAM_BYTES, 1000));
  }

  private static Machine running() {
    Machine machine = machine();
    for (int i = 0; i < PROGRAM.length; i++) {
      machine.memory().store32(PhysicalMemory.RAM_BASE + 4L * i, PROGRAM[i]);
    }
    machine.hart().startInMachineMode(PhysicalMemory.RAM_BASE);
    machine.run(50_000);
    return machine;
  }

  private static void finish(Machine from, Machine to) throws IOException {
    ByteArrayOutputStream state = new ByteArrayOutputStream();
    from.saveWithoutPages(state);
    to.restoreWithoutPages(new ByteArrayInputStream(state.toByteArray()));
  }

  /** Transfers while the guest runs {@code steps} between two messages; returns the rounds. */
  private static int transfer(Machine from, Machine to, long steps)
      throws IOException, MalformedMessageException {
    TransferSource source = new TransferSource(from, LIMITS, 0);
    TransferTarget target =
        new TransferTarget(to, LIMITS, from.pages().pageCount(), from.pages().pageBytes());
    long now = 0;
    while (true) {
      switch (source.next(now, true)) {
        case TransferSource.Step.Send(TransferPages pages) -> target.take(pages);
        case TransferSource.Step.Cut(var rest) -> {
          for (TransferPages pages : rest) {
            target.take(pages);
          }
          source.end();
          finish(from, to);
          return source.progress().round();
        }
        case TransferSource.Step.Wait _ -> now += 1_000_000;
      }
      assertTrue(source.taken(target.bytesTaken()));
      from.run(from.position() + Math.max(1, (long) (steps * source.speed())));
    }
  }

  @Test
  void transferredMachineIsEqualAndStaysEqual() throws IOException, MalformedMessageException {
    Machine from = running();
    Machine to = machine();
    transfer(from, to, 20);
    assertEquals(from.hash(), to.hash());
    assertEquals(from.position(), to.position());
    from.run(from.position() + 100_000);
    to.run(from.position());
    assertEquals(from.hash(), to.hash());
  }

  @Test
  void nothingIsSentBeforeTheDelayIsOver() {
    TransferLimits delayed = new TransferLimits(1_000_000, 500, 1 << 16, 4, 8, 3, 0);
    TransferSource source = new TransferSource(running(), delayed, 1_000);
    assertInstanceOf(TransferSource.Step.Wait.class, source.next(1_499, true));
    assertEquals(1_500, source.deadlineNanos());
    assertInstanceOf(TransferSource.Step.Send.class, source.next(1_500, true));
  }

  @Test
  void guestThatDirtiesFasterThanThePagesGoIsSlowedUntilItConverges()
      throws IOException, MalformedMessageException {
    Machine from = running();
    Machine to = machine();
    int rounds = transfer(from, to, 5_000);
    assertTrue(rounds > LIMITS.roundsMax(), "in " + rounds + " rounds");
    assertEquals(from.hash(), to.hash());
  }

  @Test
  void hashMadeInPartsWhileTheGuestRunsIsTheSame() {
    Machine inParts = running();
    Machine atOnce = running();
    for (int i = 0; i < 50; i++) {
      inParts.pages().hashSome(3);
      inParts.run(inParts.position() + 100);
    }
    atOnce.run(inParts.position());
    assertEquals(atOnce.hash(), inParts.hash());
  }

  @Test
  void nextTransferBeginsFromNothing() throws IOException, MalformedMessageException {
    Machine from = running();
    Machine to = machine();
    transfer(from, to, 20);
    to.run(to.position() + 1_000);
    from.memory().store64(PhysicalMemory.RAM_BASE + 0x8000, 0);
    transfer(from, to, 20);
    assertEquals(from.hash(), to.hash());
  }

  /** A bit that flips in the host's memory: what is sent has it, what is remembered has not. */
  @Test
  void changeWithoutAStoreIsAgreedOnOnceHashesAreForgotten()
      throws IOException, MalformedMessageException {
    Machine from = running();
    long before = from.hash().memory();
    long address = PhysicalMemory.RAM_BASE;
    long inHost = address + from.memory().hostOffset();
    PhysicalMemory.HOST.set(
        PhysicalMemory.LE64,
        inHost,
        PhysicalMemory.HOST.get(PhysicalMemory.LE64, inHost) ^ 1L << 40);
    assertEquals(before, from.hash().memory());
    Machine differing = machine();
    transfer(from, differing, 20);
    assertNotEquals(from.hash(), differing.hash());

    from.pages().forgetHashes();
    Machine to = machine();
    transfer(from, to, 20);
    assertEquals(from.hash(), to.hash());
  }
}
