package lockstep.ft.net;

/**
 * Hears of one connection that receives {@code I} and sends {@code O}. Called on the connection's
 * I/O thread, one call at a time, in order: {@link #opened}, any number of {@link #received},
 * {@link #closed} once.
 */
public interface MessageListener<I, O> {

  void opened(MessageChannel<O> channel);

  void received(MessageChannel<O> channel, I message);

  /**
   * The connection has ended, or a dial has failed (then {@link #opened} was never called).
   *
   * @param reason for the log: what the peer did wrong, or how the network failed
   */
  void closed(String reason);
}
