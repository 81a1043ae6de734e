package lockstep.proxy.publish;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import lockstep.ft.definition.VmDefinition.PublishedPort;
import lockstep.proxy.guest.GuestNetwork;

/** The listeners of the published ports. */
public final class PublishedPorts implements AutoCloseable {
  private static final int BACKLOG = 512;

  /** A bound port of the proxy's host, and the guest's port behind it. */
  public record Listener(InetSocketAddress address, int guestPort) {}

  private final List<Channel> channels = new ArrayList<>();
  private final List<Listener> listeners = new ArrayList<>();

  private PublishedPorts() {}

  /**
   * Binds every port.
   *
   * @param host the address to listen at
   * @throws IOException naming the port that can't be bound; none is bound then
   */
  public static PublishedPorts open(
      InetAddress host, List<PublishedPort> ports, EventLoop loop, GuestNetwork network)
      throws IOException {
    PublishedPorts opened = new PublishedPorts();
    for (PublishedPort port : ports) {
      InetSocketAddress address = new InetSocketAddress(host, port.port());
      ChannelFuture bound = opened.bind(address, port.guestPort(), loop, network);
      if (!bound.isSuccess()) {
        opened.close();
        throw new IOException("can't publish " + address + ": " + bound.cause().getMessage());
      }
      opened.channels.add(bound.channel());
      InetSocketAddress local = (InetSocketAddress) bound.channel().localAddress();
      opened.listeners.add(new Listener(local, port.guestPort()));
    }
    return opened;
  }

  private ChannelFuture bind(
      InetSocketAddress address, int guestPort, EventLoop loop, GuestNetwork network) {
    return new ServerBootstrap()
        .group(loop)
        .channel(NioServerSocketChannel.class)
        .option(ChannelOption.SO_REUSEADDR, true)
        .option(ChannelOption.SO_BACKLOG, BACKLOG)
        .childOption(ChannelOption.AUTO_READ, false)
        .childHandler(
            new ChannelInitializer<SocketChannel>() {
              @Override
              protected void initChannel(SocketChannel client) {
                network.connectToGuest(client, guestPort);
              }
            })
        .bind(address)
        .awaitUninterruptibly();
  }

  /** What is bound, with the real ports. */
  public List<Listener> listeners() {
    return List.copyOf(listeners);
  }

  @Override
  public void close() {
    for (Channel channel : channels) {
      channel.close().awaitUninterruptibly();
    }
  }
}
