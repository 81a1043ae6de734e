package lockstep.tools.image;

/** Shows the user how far long work has come. Used by one thread, a step after the other. */
public interface Progress {
  /**
   * Begins a step.
   *
   * @param title for example {@code downloading packages}
   * @param totalBytes what there is to do; 0 where it is not known
   */
  Step step(String title, long totalBytes);

  /** A step under way; closing it ends it. */
  interface Step extends AutoCloseable {
    void advanceTo(long bytes);

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
    return (title, totalBytes) ->
        new Step() {
          @Override
          public void advanceTo(long bytes) {}

          @Override
          public void close() {}
        };
  }
}
