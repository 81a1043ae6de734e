package lockstep.vmm.machine.board;

import static org.junit.jupiter.api.Assertions.assertTrue;

import lockstep.ft.machine.Input;
import lockstep.vmm.machine.boot.BootException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A stock Debian kernel and Redis on the board. */
@Tag("guest")
final class GuestBootTest {
  static final String READY = "Ready to accept connections";
  private static final long LARGER_DISK_BYTES = 123L << 30;
  static final long BOOT_STEPS_MAX = 3_000_000_000L;

  @Test
  void debianBootsToRedisAndSwitchesItselfOff() throws BootException {
    BoardHarness guest = new BoardHarness(GuestFiles.find());
    long startNanos = System.nanoTime();
    guest.powerOn();
    guest.runUntil(READY, BOOT_STEPS_MAX);
    report(guest.machine().position(), System.nanoTime() - startNanos);

    GuestShell.open(guest);
    guest.type("redis-cli set answer 42\n");
    guest.runUntil("OK", 500_000_000L);
    guest.type("redis-cli incr answer\n");
    guest.runUntil("43", 500_000_000L);
    guest.type("poweroff\n");
    runUntilOff(guest);
  }

  @Test
  void theKernelHearsOfALargerDiskAndThePowerButtonShutsTheGuestDown() throws BootException {
    BoardHarness guest = new BoardHarness(GuestFiles.find());
    guest.powerOn();
    guest.runUntil(READY, BOOT_STEPS_MAX);
    GuestShell.open(guest); // by now init has opened the button's port, too
    guest.inject(new Input.DiskResized(0, LARGER_DISK_BYTES));
    guest.type(
        "until grep -q "
            + LARGER_DISK_BYTES / 512
            + " /sys/block/vda/size; do sleep 0.1; done; echo grown-$((6 * 7))\n");
    guest.runUntil("grown-42", 500_000_000L);
    guest.inject(new Input.PowerButtonPressed());
    runUntilOff(guest);
  }

  private static void runUntilOff(BoardHarness guest) {
    guest.runTo(guest.machine().position() + 3_000_000_000L);
    assertTrue(guest.off(), guest.console());
  }

  private static void report(long steps, long nanos) {
    System.out.printf(
        "%nRedis ready after %,d steps, %.1f s, %.1f million steps a second%n",
        steps, nanos / 1e9, steps * 1e3 / nanos);
  }
}
