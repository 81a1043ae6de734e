package lockstep.disk.nbd;

import io.netty.handler.codec.DecoderException;

/** The client has sent what is no NBD: the connection can't go on. */
final class ProtocolException extends DecoderException {
  ProtocolException(String message) {
    super(message);
  }
}
