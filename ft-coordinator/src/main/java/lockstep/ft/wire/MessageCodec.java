package lockstep.ft.wire;

/**
 * Encodes and decodes the messages of one protocol. Stateless, so that one codec serves every
 * connection and thread.
 *
 * @param <M> the sealed interface of the protocol's messages
 */
public interface MessageCodec<M> {

  /** Name of the protocol, for errors and logs. */
  String protocol();

  /** Upper bound of an encoded message in bytes; a longer one is refused at both ends. */
  int messageBytesMax();

  /**
   * Upper bound of the first message that a connection brings. Who it is that has connected is not
   * known before, so it should be small.
   */
  default int firstMessageBytesMax() {
    return messageBytesMax();
  }

  void encode(M message, WireWriter to);

  /**
   * Decodes one message, which takes all of {@code from}.
   *
   * @throws MalformedMessageException if the bytes are no message of this protocol
   */
  M decode(WireReader from) throws MalformedMessageException;

  /** Encodes into a new array. */
  default byte[] toBytes(M message) {
    WireWriter writer = new WireWriter();
    encode(message, writer);
    return writer.toByteArray();
  }

  /** Decodes one message that takes all of {@code bytes}. */
  default M fromBytes(byte[] bytes) throws MalformedMessageException {
    WireReader reader = new WireReader(bytes);
    M message = decode(reader);
    reader.expectEnd();
    return message;
  }
}
