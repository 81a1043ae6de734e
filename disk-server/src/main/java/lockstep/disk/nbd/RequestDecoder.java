package lockstep.disk.nbd;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.nio.ByteBuffer;
import java.util.List;
import lockstep.disk.store.BlockStore;
import lockstep.ft.nbd.ExportInfo;
import lockstep.ft.nbd.Nbd;
import lockstep.ft.nbd.RequestHeader;

/** Cuts the bytes of a client into commands. The payload of a WRITE comes in pieces. */
final class RequestDecoder extends ByteToMessageDecoder {
  /** A piece of a WRITE is at most this long, and ends at a block's boundary. */
  private static final int PIECE_BYTES_MAX = 256 << 10;

  private static final RequestHeader NONE = new RequestHeader(0, Nbd.CMD_READ, 0, 0, 0);

  private final ExportInfo export;

  /** The WRITE whose payload arrives; {@link #NONE} between requests. */
  private RequestHeader write = NONE;

  private int error;
  private long offset;
  private long remaining;

  RequestDecoder(ExportInfo export) {
    this.export = export;
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
    if (write != NONE) {
      payload(in, out);
    } else if (in.readableBytes() >= Nbd.REQUEST_BYTES) {
      int magic = in.readInt();
      if (magic != Nbd.REQUEST_MAGIC) {
        throw new ProtocolException(String.format("no request magic: %#x", magic));
      }
      request(RequestHeader.decode(in), out);
    }
  }

  private void request(RequestHeader request, List<Object> out) {
    if (request.type() == Nbd.CMD_DISC) {
      out.add(new Command.Disconnect());
      return;
    }
    int checked = RequestRules.check(request, export);
    if (request.type() == Nbd.CMD_WRITE && request.length() > 0) {
      if (request.length() > Nbd.PAYLOAD_BYTES_MAX) {
        throw new ProtocolException("payload above 32 MiB: " + request);
      }
      write = request;
      error = checked;
      offset = request.offset();
      remaining = request.length();
      return;
    }
    long cookie = request.cookie();
    boolean fua = (request.flags() & Nbd.CMD_FLAG_FUA) != 0;
    if (checked != Nbd.OK) {
      out.add(new Command.Reject(cookie, checked));
      return;
    }
    var zero = new BlockStore.Zero(request.offset(), request.length());
    switch (request.type()) {
      case Nbd.CMD_READ ->
          out.add(new Command.Read(cookie, request.offset(), (int) request.length()));
      case Nbd.CMD_WRITE ->
          out.add(new Command.Modify(cookie, zero, Command.Kind.WRITE, fua, true));
      case Nbd.CMD_TRIM -> out.add(new Command.Modify(cookie, zero, Command.Kind.TRIM, fua, true));
      case Nbd.CMD_WRITE_ZEROES ->
          out.add(new Command.Modify(cookie, zero, Command.Kind.WRITE_ZEROES, fua, true));
      case Nbd.CMD_FLUSH -> out.add(new Command.Flush(cookie));
      default -> throw new IllegalStateException("a command that the rules let pass: " + request);
    }
  }

  private void payload(ByteBuf in, List<Object> out) {
    if (error != Nbd.OK) {
      int skipped = (int) Math.min(in.readableBytes(), remaining);
      in.skipBytes(skipped);
      remaining -= skipped;
      if (remaining == 0) {
        out.add(new Command.Reject(write.cookie(), error));
        write = NONE;
      }
      return;
    }
    int aligned = PIECE_BYTES_MAX - (int) (offset % BlockStore.BLOCK_BYTES);
    int length = (int) Math.min(aligned, remaining);
    if (in.readableBytes() < length) {
      return;
    }
    byte[] data = new byte[length];
    in.readBytes(data);
    boolean last = length == remaining;
    boolean fua = (write.flags() & Nbd.CMD_FLAG_FUA) != 0;
    var change = new BlockStore.Write(offset, ByteBuffer.wrap(data));
    out.add(new Command.Modify(write.cookie(), change, Command.Kind.WRITE, fua, last));
    offset += length;
    remaining -= length;
    if (last) {
      write = NONE;
    }
  }
}
