package lockstep.ft.history;

/**
 * One operation on one key.
 *
 * @param write whether it wrote {@code value}; otherwise it read it
 * @param value written, or read; a key that was never written holds {@link #NOTHING}
 * @param calledNanos when it was sent
 * @param answeredNanos when its answer came; {@link #NEVER} if none did: a write without an answer
 *     may have happened at any time since it was sent, or not at all
 */
public record Operation(
    String key, boolean write, long value, long calledNanos, long answeredNanos) {

  public static final long NOTHING = Long.MIN_VALUE;
  public static final long NEVER = Long.MAX_VALUE;

  public Operation {
    if (answeredNanos < calledNanos) {
      throw new IllegalArgumentException("answered before it was called");
    }
    if (!write && answeredNanos == NEVER) {
      throw new IllegalArgumentException("a read without an answer says nothing");
    }
  }
}
