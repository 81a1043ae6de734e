package lockstep.proxy.guest;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Initial sequence numbers: ISN = M + F(connection, secret), where M counts every 4 microseconds
 * (RFC 9293, 3.4.1). So a port that is used again begins beyond its past.
 */
final class InitialSequences {
  private static final long NANOS_PER_COUNT = 4_000;

  private final byte[] secret;

  /**
   * @param secret random bytes, of this process only
   */
  InitialSequences(byte[] secret) {
    this.secret = secret.clone();
  }

  int next(FlowKey key, long nowNanos) {
    ByteBuffer input = ByteBuffer.allocate(12 + secret.length);
    input.putInt(key.remote().bits()).putInt(key.remotePort()).putInt(key.guestPort()).put(secret);
    return (int) (nowNanos / NANOS_PER_COUNT) + ByteBuffer.wrap(sha256(input.array())).getInt();
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
