package lockstep.ft.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.flush.FlushConsolidationHandler;
import java.util.function.Function;
import lockstep.ft.wire.MalformedMessageException;
import lockstep.ft.wire.MessageCodec;
import lockstep.ft.wire.WireReader;
import lockstep.ft.wire.WireWriter;
import org.jspecify.annotations.Nullable;

/** Between bytes and a {@link MessageListener}: framing, the codec, and a reason for every end. */
final class MessagePipeline<I, O> extends ChannelDuplexHandler {
  /** More room than most messages need is given back. */
  private static final int ENCODED_BYTES_KEPT_MAX = 128 << 10;

  private static final String CLOSED_BY_PEER = "closed by the peer";

  private final MessageCodec<I> inbound;
  private final MessageCodec<O> outbound;
  private final Function<MessageChannel<O>, MessageListener<I, O>> listenerOf;
  private @Nullable MessageChannel<O> messages;
  private @Nullable MessageListener<I, O> listener;
  private WireWriter encoded = new WireWriter(); // of the message being written
  private String reason = CLOSED_BY_PEER;

  private MessagePipeline(
      MessageCodec<I> inbound,
      MessageCodec<O> outbound,
      Function<MessageChannel<O>, MessageListener<I, O>> listenerOf) {
    this.inbound = inbound;
    this.outbound = outbound;
    this.listenerOf = listenerOf;
  }

  static <I, O> void install(
      Channel channel,
      MessageCodec<I> inbound,
      MessageCodec<O> outbound,
      Function<MessageChannel<O>, MessageListener<I, O>> listenerOf) {
    channel
        .pipeline()
        .addLast(new FlushConsolidationHandler(64, true))
        .addLast(new FrameDecoder(inbound))
        .addLast(new MessagePipeline<>(inbound, outbound, listenerOf));
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    MessageChannel<O> opened = new MessageChannel<>(context.channel());
    messages = opened;
    listener = listenerOf.apply(opened);
    listener.opened(opened);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object read) {
    ByteBuf frame = (ByteBuf) read;
    MessageChannel<O> from = messages;
    MessageListener<I, O> to = listener;
    try {
      if (from == null || to == null || !context.channel().isOpen()) {
        return;
      }
      // A message copies what it keeps: nothing of it refers to the frame's memory.
      WireReader reader = new WireReader(frame.nioBuffer());
      I message = inbound.decode(reader);
      reader.expectEnd();
      to.received(from, message);
    } catch (MalformedMessageException e) {
      end(context, "no message of the " + inbound.protocol() + " protocol: " + e.getMessage());
    } finally {
      frame.release();
    }
  }

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    if (message instanceof ByteBuf) {
      context.write(message, promise);
      return;
    }
    @SuppressWarnings("unchecked") // only MessageChannel<O>.send writes here
    ByteBuf framed = framed((O) message, context.alloc());
    context.write(framed, promise);
    MessageChannel<O> channel = messages;
    if (channel != null && channel.unsentBytes() > MessageChannel.UNSENT_BYTES_MAX) {
      end(context, "the peer takes nothing: " + channel.unsentBytes() + " bytes wait");
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    String text = cause.getMessage() == null ? cause.toString() : cause.getMessage();
    end(context, cause instanceof DecoderException ? "no framing: " + text : text);
    if (cause instanceof Error
        || cause instanceof RuntimeException && !(cause instanceof DecoderException)) {
      // Our own bug: tell it loudly; the connection's end makes the peer notice.
      Thread.currentThread()
          .getUncaughtExceptionHandler()
          .uncaughtException(Thread.currentThread(), cause);
    }
  }

  /** Asked for by {@link MessageChannel}, not by {@link #end}. */
  @Override
  public void close(ChannelHandlerContext context, ChannelPromise promise) {
    if (reason.equals(CLOSED_BY_PEER)) {
      reason = "closed here";
    }
    context.close(promise);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    if (listener != null) {
      listener.closed(reason);
    }
  }

  private void end(ChannelHandlerContext context, String why) {
    reason = why;
    context.close();
  }

  /** In memory that the operating system takes as it is; written once, by one copy. */
  private ByteBuf framed(O message, ByteBufAllocator memory) {
    outbound.encode(message, encoded.clear());
    int bytes = encoded.size();
    if (bytes > outbound.messageBytesMax()) {
      throw new IllegalStateException(
          "message of " + bytes + " bytes in the " + outbound.protocol() + " protocol");
    }
    ByteBuf framed = memory.ioBuffer(FrameDecoder.LENGTH_BYTES + bytes);
    framed.writeInt(bytes).writeBytes(encoded.array(), 0, bytes);
    if (encoded.capacity() > ENCODED_BYTES_KEPT_MAX) {
      encoded = new WireWriter();
    }
    return framed;
  }
}
