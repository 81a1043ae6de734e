package lockstep.ft.net;

import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.nio.NioChannelOption;
import jdk.net.ExtendedSocketOptions;

/**
 * TCP's keep-alive (RFC 9293, 3.8.4): the operating system asks a silent peer whether it is still
 * there, so that a connection to a host that lost its power ends.
 */
public final class KeepAlive {
  /** Silence before the first question, in seconds. */
  public static final int IDLE_SECONDS = 60;

  private static final int INTERVAL_SECONDS = 10;
  private static final int QUESTIONS_MAX = 6;

  private KeepAlive() {}

  /**
   * Turns it on for a connection of Netty's NIO transport. Where the operating system lets nobody
   * choose the times, they are its own.
   */
  public static void enable(ChannelConfig config) {
    config.setOption(ChannelOption.SO_KEEPALIVE, true);
    config.setOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPIDLE), IDLE_SECONDS);
    config.setOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPINTERVAL), INTERVAL_SECONDS);
    config.setOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPCOUNT), QUESTIONS_MAX);
  }
}
