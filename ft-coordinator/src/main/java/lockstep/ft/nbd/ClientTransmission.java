package lockstep.ft.nbd;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import java.util.HashMap;
import java.util.Map;
import lockstep.ft.machine.Bytes;
import lockstep.ft.machine.DiskOperation;
import lockstep.ft.machine.DiskStatus;
import org.jspecify.annotations.Nullable;

/**
 * The client's side of the transmission phase: requests out, simple replies in ("Simple reply
 * message"). What is read goes straight into the array that the caller gets.
 */
final class ClientTransmission extends ChannelDuplexHandler {
  private final ClientSession session;
  private final Map<Long, NbdRequest> open = new HashMap<>();
  private long nextCookie;

  private final byte[] header = new byte[Nbd.SIMPLE_REPLY_BYTES];
  private int headerFilled;

  /** The READ whose data arrives now. */
  private @Nullable NbdRequest reading;

  private byte[] data = new byte[0];
  private int dataFilled;

  ClientTransmission(ClientSession session) {
    this.session = session;
  }

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    NbdRequest request = (NbdRequest) message;
    long cookie = nextCookie++;
    open.put(cookie, request);
    ByteBuf buffer = context.alloc().buffer(Nbd.REQUEST_BYTES + request.data().length());
    request.header(cookie).encode(buffer);
    buffer.writeBytes(request.data().array());
    context.write(buffer, promise);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf in = (ByteBuf) message;
    try {
      while (in.isReadable() && !session.ended()) {
        NbdRequest request = reading;
        if (request == null) {
          readHeader(context, in);
        } else {
          readData(request, in);
        }
      }
    } finally {
      in.release();
    }
  }

  private void readHeader(ChannelHandlerContext context, ByteBuf in) {
    int taken = Math.min(in.readableBytes(), header.length - headerFilled);
    in.readBytes(header, headerFilled, taken);
    headerFilled += taken;
    if (headerFilled < header.length) {
      return;
    }
    headerFilled = 0;
    ByteBuf reply = Unpooled.wrappedBuffer(header);
    int magic = reply.readInt();
    int error = reply.readInt();
    NbdRequest request = open.remove(reply.readLong());
    if (magic != Nbd.SIMPLE_REPLY_MAGIC || request == null) {
      end(context, new NbdEvent.Lost("the server sent what is no reply to an open request"));
    } else if (error == Nbd.ESHUTDOWN) {
      end(context, new NbdEvent.Fenced("the server has ended this attach"));
    } else if (error == Nbd.OK && request.operation() == DiskOperation.READ) {
      reading = request;
      data = new byte[request.length()];
      dataFilled = 0;
      completeRead(request);
    } else {
      session.completed(new NbdEvent.Completed(request.token(), status(error), Bytes.EMPTY));
    }
  }

  private void readData(NbdRequest request, ByteBuf in) {
    int taken = Math.min(in.readableBytes(), data.length - dataFilled);
    in.readBytes(data, dataFilled, taken);
    dataFilled += taken;
    completeRead(request);
  }

  private void completeRead(NbdRequest request) {
    if (dataFilled == data.length) {
      reading = null;
      session.completed(new NbdEvent.Completed(request.token(), DiskStatus.OK, Bytes.of(data)));
      data = new byte[0];
    }
  }

  private static DiskStatus status(int error) {
    return switch (error) {
      case Nbd.OK -> DiskStatus.OK;
      case Nbd.ENOSPC -> DiskStatus.NO_SPACE;
      case Nbd.ENOTSUP -> DiskStatus.UNSUPPORTED;
      default -> DiskStatus.IO_ERROR;
    };
  }

  private void end(ChannelHandlerContext context, NbdEvent last) {
    session.end(last);
    context.close();
  }

  @Override
  public void close(ChannelHandlerContext context, ChannelPromise promise) {
    if (context.channel().isActive()) {
      ByteBuf disconnect = context.alloc().buffer(Nbd.REQUEST_BYTES);
      new RequestHeader(0, Nbd.CMD_DISC, nextCookie, 0, 0).encode(disconnect);
      context.writeAndFlush(disconnect);
    }
    context.close(promise);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    session.end(new NbdEvent.Lost("the connection ended"));
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    end(context, new NbdEvent.Lost(String.valueOf(cause.getMessage())));
  }
}
