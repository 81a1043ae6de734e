package lockstep.proxy.tcp;

/** The states of a connection (RFC 9293, 3.3.2). */
public enum TcpState {
  CLOSED,
  LISTEN,
  SYN_SENT,
  SYN_RECEIVED,
  ESTABLISHED,
  FIN_WAIT_1,
  FIN_WAIT_2,
  CLOSE_WAIT,
  CLOSING,
  LAST_ACK,
  TIME_WAIT;

  /** Whether both sides know each other's initial sequence number. */
  boolean isSynchronized() {
    return compareTo(ESTABLISHED) >= 0;
  }

  /** Whether the peer may still send data. */
  boolean receives() {
    return this == ESTABLISHED || this == FIN_WAIT_1 || this == FIN_WAIT_2;
  }
}
