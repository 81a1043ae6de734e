package lockstep.disk.nbd;

import lockstep.ft.nbd.ExportInfo;
import lockstep.ft.nbd.Nbd;
import lockstep.ft.nbd.RequestHeader;

/** The one check in front of every command; behind it offsets and lengths lie within the disk. */
final class RequestRules {
  private RequestRules() {}

  /** The error that answers the request ("Error values"), or {@link Nbd#OK}. */
  static int check(RequestHeader request, ExportInfo export) {
    return switch (request.type()) {
      case Nbd.CMD_READ -> read(request, export);
      case Nbd.CMD_WRITE -> modify(request, export, Nbd.CMD_FLAG_FUA);
      case Nbd.CMD_TRIM -> modify(request, export, Nbd.CMD_FLAG_FUA);
      case Nbd.CMD_WRITE_ZEROES -> modify(request, export, Nbd.CMD_FLAG_FUA | Nbd.CMD_FLAG_NO_HOLE);
      case Nbd.CMD_FLUSH ->
          request.offset() == 0 && request.length() == 0 && request.flags() == 0
              ? Nbd.OK
              : Nbd.EINVAL;
      default -> Nbd.EINVAL;
    };
  }

  private static int read(RequestHeader request, ExportInfo export) {
    boolean good =
        (request.flags() & ~Nbd.CMD_FLAG_FUA) == 0
            && request.length() <= Nbd.PAYLOAD_BYTES_MAX
            && lies(request, export);
    return good ? Nbd.OK : Nbd.EINVAL;
  }

  private static int modify(RequestHeader request, ExportInfo export, int flagsAllowed) {
    if (export.readOnly()) {
      return Nbd.EPERM;
    }
    if ((request.flags() & ~flagsAllowed) != 0) {
      return Nbd.EINVAL;
    }
    if (!lies(request, export)) {
      return request.type() == Nbd.CMD_TRIM ? Nbd.EINVAL : Nbd.ENOSPC;
    }
    return Nbd.OK;
  }

  private static boolean lies(RequestHeader request, ExportInfo export) {
    return request.offset() >= 0
        && request.offset() <= export.sizeBytes()
        && request.length() <= export.sizeBytes() - request.offset();
  }
}
