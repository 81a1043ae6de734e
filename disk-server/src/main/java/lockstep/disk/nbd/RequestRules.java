package lockstep.disk.nbd;

import lockstep.ft.nbd.ExportInfo;
import lockstep.ft.nbd.Nbd;
import lockstep.ft.nbd.RequestHeader;

/** The one check in front of every command; behind it offsets and lengths lie within the disk. */
final class RequestRules {
  /**
   * Clients are told that {@link Nbd#PAYLOAD_BYTES_MAX} is the most; but one that has not asked may
   * send more, and its requests too are carried out in parts.
   */
  private static final int LENGTH_MAX = 48 << 20;

  private RequestRules() {}

  /**
   * The error that answers the request ("Error values"), or {@link Nbd#OK}.
   *
   * @param allocation whether the client has selected {@code base:allocation}
   */
  static int check(RequestHeader request, ExportInfo export, boolean allocation) {
    if (request.type() == Nbd.CMD_DISC) {
      return Nbd.OK; // it has no answer, so whatever else it says can't be refused
    }
    if ((request.flags() & ~allowedFlags(request.type(), export)) != 0) {
      return Nbd.EINVAL;
    }
    return switch (request.type()) {
      case Nbd.CMD_READ -> read(request, export);
      case Nbd.CMD_CACHE -> lies(request, export) ? Nbd.OK : Nbd.EINVAL;
      case Nbd.CMD_BLOCK_STATUS ->
          allocation && request.length() > 0 && lies(request, export) ? Nbd.OK : Nbd.EINVAL;
      case Nbd.CMD_WRITE ->
          request.length() > LENGTH_MAX ? Nbd.EINVAL : modify(request, export, Nbd.ENOSPC);
      case Nbd.CMD_TRIM -> modify(request, export, Nbd.EINVAL);
      case Nbd.CMD_WRITE_ZEROES -> modify(request, export, Nbd.ENOSPC);
      case Nbd.CMD_FLUSH -> request.offset() == 0 && request.length() == 0 ? Nbd.OK : Nbd.EINVAL;
      default -> Nbd.EINVAL;
    };
  }

  /** "Command flags": FUA goes with every command; the others each with one. */
  private static int allowedFlags(int type, ExportInfo export) {
    return switch (type) {
      case Nbd.CMD_READ ->
          Nbd.CMD_FLAG_FUA | (export.has(Nbd.TRANSMISSION_SEND_DF) ? Nbd.CMD_FLAG_DF : 0);
      case Nbd.CMD_WRITE_ZEROES -> Nbd.CMD_FLAG_FUA | Nbd.CMD_FLAG_NO_HOLE | Nbd.CMD_FLAG_FAST_ZERO;
      case Nbd.CMD_BLOCK_STATUS -> Nbd.CMD_FLAG_FUA | Nbd.CMD_FLAG_REQ_ONE;
      default -> Nbd.CMD_FLAG_FUA;
    };
  }

  private static int read(RequestHeader request, ExportInfo export) {
    if (!lies(request, export)) {
      return Nbd.EINVAL;
    }
    if (request.length() <= LENGTH_MAX) {
      return Nbd.OK;
    }
    return (request.flags() & Nbd.CMD_FLAG_DF) != 0 ? Nbd.EOVERFLOW : Nbd.EINVAL;
  }

  private static int modify(RequestHeader request, ExportInfo export, int beyondTheEnd) {
    if (export.readOnly()) {
      return Nbd.EPERM;
    }
    return lies(request, export) ? Nbd.OK : beyondTheEnd;
  }

  private static boolean lies(RequestHeader request, ExportInfo export) {
    return request.offset() >= 0
        && request.offset() <= export.sizeBytes()
        && request.length() <= export.sizeBytes() - request.offset();
  }
}
