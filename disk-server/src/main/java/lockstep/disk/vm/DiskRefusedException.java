package lockstep.disk.vm;

/** What is asked of a disk can't be done, or not now; nothing has changed. The text says why. */
public final class DiskRefusedException extends Exception {
  private static final long serialVersionUID = 1;

  private final boolean unknown;

  private DiskRefusedException(String reason, boolean unknown) {
    super(reason);
    this.unknown = unknown;
  }

  public static DiskRefusedException because(String reason) {
    return new DiskRefusedException(reason, false);
  }

  public static DiskRefusedException unknown(String what) {
    return new DiskRefusedException("no such " + what, true);
  }

  /** Whether what was named is not there. */
  public boolean isUnknown() {
    return unknown;
  }

  /** Why. */
  public String reason() {
    return String.valueOf(getMessage());
  }
}
