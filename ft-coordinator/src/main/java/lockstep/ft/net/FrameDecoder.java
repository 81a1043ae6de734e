package lockstep.ft.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.handler.codec.TooLongFrameException;
import lockstep.ft.wire.MessageCodec;
import org.jspecify.annotations.Nullable;

/**
 * Cuts the bytes of a connection into messages, each behind its length (32 bits). A message that is
 * too long is refused by its length, before it is waited for.
 */
final class FrameDecoder extends LengthFieldBasedFrameDecoder {
  static final int LENGTH_BYTES = 4;

  private final int firstBytesMax;
  private boolean firstIsThrough;

  FrameDecoder(MessageCodec<?> codec) {
    super(codec.messageBytesMax() + LENGTH_BYTES, 0, LENGTH_BYTES, 0, LENGTH_BYTES);
    this.firstBytesMax = codec.firstMessageBytesMax();
  }

  @Override
  protected @Nullable Object decode(ChannelHandlerContext context, ByteBuf in) throws Exception {
    if (!firstIsThrough && in.readableBytes() >= LENGTH_BYTES) {
      long bytes = in.getUnsignedInt(in.readerIndex());
      if (bytes > firstBytesMax) {
        in.skipBytes(in.readableBytes());
        throw new TooLongFrameException("a first message of " + bytes + " bytes");
      }
    }
    Object frame = super.decode(context, in);
    firstIsThrough |= frame != null;
    return frame;
  }
}
