package lockstep.ft.net;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import lockstep.ft.wire.MessageCodec;

/** Owns the I/O threads of a process, listens and dials. */
public final class Transport implements AutoCloseable {
  private static final int CONNECT_TIMEOUT_MILLIS = 2_000;

  private final EventLoopGroup group;

  /**
   * @param name of the threads
   * @param threads one serves a server of this kind well
   */
  public Transport(String name, int threads) {
    this.group =
        new MultiThreadIoEventLoopGroup(
            threads, new DefaultThreadFactory(name, true), NioIoHandler.newFactory());
  }

  /** For a server's own pipelines (NBD, client connections) on the same threads. */
  public EventLoopGroup eventLoops() {
    return group;
  }

  /**
   * Accepts connections.
   *
   * @param address to bind; port 0 takes a free one
   * @param inbound of what is received
   * @param outbound of what is sent
   * @param listenerOf makes the listener of each accepted connection
   * @throws IOException if the address can't be bound
   */
  public <I, O> Listening listen(
      InetSocketAddress address,
      MessageCodec<I> inbound,
      MessageCodec<O> outbound,
      Function<MessageChannel<O>, MessageListener<I, O>> listenerOf)
      throws IOException {
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(group)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    KeepAlive.enable(channel.config());
                    MessagePipeline.install(channel, inbound, outbound, listenerOf);
                  }
                });
    ChannelFuture bound = bootstrap.bind(address).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IOException("can't listen on " + address + ": " + bound.cause().getMessage());
    }
    return new Listening(bound.channel());
  }

  /** Dials once; the listener hears of success or failure. */
  public <I, O> void dial(
      InetSocketAddress address,
      MessageCodec<I> inbound,
      MessageCodec<O> outbound,
      MessageListener<I, O> listener) {
    var _ =
        new Bootstrap()
            .group(group)
            .channel(NioSocketChannel.class)
            .resolver(NameResolvers.OFF_THREAD)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS)
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    KeepAlive.enable(channel.config());
                    MessagePipeline.install(channel, inbound, outbound, _ -> listener);
                  }
                })
            .connect(address)
            .addListener(
                future -> {
                  if (!future.isSuccess()) {
                    listener.closed(String.valueOf(future.cause().getMessage()));
                  }
                });
  }

  /** Ends every connection and thread. */
  @Override
  public void close() {
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  /** A bound listener. */
  public static final class Listening implements AutoCloseable {
    private final Channel channel;

    private Listening(Channel channel) {
      this.channel = channel;
    }

    /** The address it is bound to, with the real port. */
    public InetSocketAddress address() {
      return (InetSocketAddress) channel.localAddress();
    }

    /** Accepts nothing more; accepted connections live on. */
    @Override
    public void close() {
      channel.close().awaitUninterruptibly();
    }
  }
}
