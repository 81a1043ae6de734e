package lockstep.vmm.machine.board;

/** The shell that the guest's init offers on the console. */
final class GuestShell {
  private static final long STEPS_MAX = 500_000_000L;

  private GuestShell() {}

  /** Presses Enter and waits until the shell obeys. */
  static void open(BoardHarness guest) {
    guest.type("\n");
    guest.type("echo shell-$((6 * 7))\n");
    guest.runUntil("shell-42", STEPS_MAX);
  }
}
