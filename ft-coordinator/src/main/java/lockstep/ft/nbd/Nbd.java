package lockstep.ft.nbd;

/** The numbers of the NBD protocol, by their names in its document, and the limits that we set. */
public final class Nbd {
  private Nbd() {}

  // Our limits.

  /** Payload of one READ or WRITE; what every NBD peer may assume ("Size constraints"). */
  public static final int PAYLOAD_BYTES_MAX = 32 << 20;

  /** Requests that fit whole blocks of this size are served best. */
  public static final int BLOCK_BYTES_PREFERRED = 4096;

  /** The port that IANA has assigned to NBD. */
  public static final int PORT = 10809;

  // Newstyle negotiation.

  public static final long MAGIC = 0x4e42444d41474943L; // "NBDMAGIC"
  public static final long OPTION_MAGIC = 0x49484156454f5054L; // "IHAVEOPT"
  public static final long OPTION_REPLY_MAGIC = 0x0003e889045565a9L;

  /** Handshake flags; the client's flags have the same bits. */
  public static final int FLAG_FIXED_NEWSTYLE = 1 << 0;

  public static final int FLAG_NO_ZEROES = 1 << 1;

  /** What follows the answer to EXPORT_NAME, unless both sides said NO_ZEROES. */
  public static final int EXPORT_NAME_ZEROES = 124;

  public static final int EXPORT_NAME_BYTES_MAX = 4096; // "Values": strings

  // Option types.

  public static final int OPT_EXPORT_NAME = 1;
  public static final int OPT_ABORT = 2;
  public static final int OPT_LIST = 3;
  public static final int OPT_STARTTLS = 5;
  public static final int OPT_INFO = 6;
  public static final int OPT_GO = 7;
  public static final int OPT_STRUCTURED_REPLY = 8;
  public static final int OPT_LIST_META_CONTEXT = 9;
  public static final int OPT_SET_META_CONTEXT = 10;

  // Option reply types.

  public static final int REP_ACK = 1;
  public static final int REP_SERVER = 2;
  public static final int REP_INFO = 3;
  public static final int REP_META_CONTEXT = 4;

  /** Set in every reply type that is an error. */
  public static final int REP_FLAG_ERROR = 1 << 31;

  public static final int REP_ERR_UNSUP = REP_FLAG_ERROR | 1;
  public static final int REP_ERR_POLICY = REP_FLAG_ERROR | 2;
  public static final int REP_ERR_INVALID = REP_FLAG_ERROR | 3;
  public static final int REP_ERR_TLS_REQD = REP_FLAG_ERROR | 5;
  public static final int REP_ERR_UNKNOWN = REP_FLAG_ERROR | 6;

  /** From a disk server: the epoch is over; the attach is fenced. */
  public static final int REP_ERR_SHUTDOWN = REP_FLAG_ERROR | 7;

  public static final int REP_ERR_TOO_BIG = REP_FLAG_ERROR | 9;

  // Information types of INFO and GO.

  public static final int INFO_EXPORT = 0;
  public static final int INFO_NAME = 1;

  /** From a disk server: {@code incarnation=} and 16 hexadecimal digits. */
  public static final int INFO_DESCRIPTION = 2;

  public static final int INFO_BLOCK_SIZE = 3;

  // Transmission flags.

  public static final int TRANSMISSION_HAS_FLAGS = 1 << 0;
  public static final int TRANSMISSION_READ_ONLY = 1 << 1;
  public static final int TRANSMISSION_SEND_FLUSH = 1 << 2;
  public static final int TRANSMISSION_SEND_FUA = 1 << 3;
  public static final int TRANSMISSION_SEND_TRIM = 1 << 5;
  public static final int TRANSMISSION_SEND_WRITE_ZEROES = 1 << 6;
  public static final int TRANSMISSION_SEND_DF = 1 << 7;
  public static final int TRANSMISSION_CAN_MULTI_CONN = 1 << 8;
  public static final int TRANSMISSION_SEND_CACHE = 1 << 10;
  public static final int TRANSMISSION_SEND_FAST_ZERO = 1 << 11;

  // Transmission.

  public static final int REQUEST_MAGIC = 0x25609513;
  public static final int SIMPLE_REPLY_MAGIC = 0x67446698;
  public static final int REQUEST_BYTES = 28;
  public static final int SIMPLE_REPLY_BYTES = 16;
  public static final int STRUCTURED_REPLY_MAGIC = 0x668e33ef;
  public static final int STRUCTURED_REPLY_BYTES = 20;

  public static final int CMD_READ = 0;
  public static final int CMD_WRITE = 1;
  public static final int CMD_DISC = 2;
  public static final int CMD_FLUSH = 3;
  public static final int CMD_TRIM = 4;
  public static final int CMD_CACHE = 5;
  public static final int CMD_WRITE_ZEROES = 6;
  public static final int CMD_BLOCK_STATUS = 7;

  // Command flags.

  public static final int CMD_FLAG_FUA = 1 << 0;
  public static final int CMD_FLAG_NO_HOLE = 1 << 1;
  public static final int CMD_FLAG_DF = 1 << 2;
  public static final int CMD_FLAG_REQ_ONE = 1 << 3;
  public static final int CMD_FLAG_FAST_ZERO = 1 << 4;

  // Structured replies: flags and types of their chunks.

  public static final int REPLY_FLAG_DONE = 1 << 0;

  public static final int REPLY_TYPE_NONE = 0;
  public static final int REPLY_TYPE_OFFSET_DATA = 1;
  public static final int REPLY_TYPE_OFFSET_HOLE = 2;
  public static final int REPLY_TYPE_BLOCK_STATUS = 5;

  /** Set in every chunk type that is an error. */
  public static final int REPLY_TYPE_FLAG_ERROR = 1 << 15;

  public static final int REPLY_TYPE_ERROR = REPLY_TYPE_FLAG_ERROR | 1;
  public static final int REPLY_TYPE_ERROR_OFFSET = REPLY_TYPE_FLAG_ERROR | 2;

  // Metadata contexts: "The `base:` metadata namespace".

  public static final String CONTEXT_ALLOCATION = "base:allocation";
  public static final int STATE_HOLE = 1 << 0;
  public static final int STATE_ZERO = 1 << 1;

  // Error values.

  public static final int OK = 0;
  public static final int EPERM = 1;
  public static final int EIO = 5;
  public static final int ENOMEM = 12;
  public static final int EINVAL = 22;
  public static final int ENOSPC = 28;
  public static final int EOVERFLOW = 75;
  public static final int ENOTSUP = 95;

  /** From a disk server: the epoch is over; the attach is fenced and the connection ends. */
  public static final int ESHUTDOWN = 108;
}
