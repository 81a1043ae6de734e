package lockstep.tools.image;

/** Shows the user how far long work has come. Used by one thread, a step after the other. */
public interface Progress {
  /** What is counted in a step. */
  enum Unit {
    /** The step begins and ends; nothing tells how far it is. */
    NOTHING,
    BYTES,
    /** Of a machine: instructions retired and traps taken. */
    STEPS
  }

  /**
   * Begins a step.
   *
   * @param title for example {@code downloading packages}
   * @param total what there is to do, in {@code unit}; 0 where it is not known
   */
  Step step(String title, long total, Unit unit);

  /** Begins a step of which only beginning and end are known. */
  default Step step(String title) {
    return step(title, 0, Unit.NOTHING);
  }

  /** Begins a step that is counted in bytes. */
  default Step step(String title, long totalBytes) {
    return step(title, totalBytes, Unit.BYTES);
  }

  /** A step under way; closing it ends it. */
  interface Step extends AutoCloseable {
    void advanceTo(long done);

    @Override
    void close();
  }

  /** A bar where the user looks at a terminal, a line a step otherwise; on standard error. */
  static Progress onStandardError() {
    return System.console() != null && System.console().isTerminal()
        ? new BarProgress()
        : new LineProgress(System.err);
  }

  /** Shows nothing. */
  static Progress none() {
    return (title, total, unit) ->
        new Step() {
          @Override
          public void advanceTo(long done) {}

          @Override
          public void close() {}
        };
  }
}
