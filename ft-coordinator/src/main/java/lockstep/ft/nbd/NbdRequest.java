package lockstep.ft.nbd;

import lockstep.ft.machine.Bytes;
import lockstep.ft.machine.DiskOperation;

/**
 * A request to an attached disk.
 *
 * @param token the caller's name for it; {@link NbdEvent.Completed} carries it back
 * @param forceUnitAccess the answer comes only when this change is on stable storage; not for READ
 *     and FLUSH
 * @param offset bytes from the start of the disk; 0 for FLUSH
 * @param length bytes; 0 for FLUSH, at most {@link Nbd#PAYLOAD_BYTES_MAX} for READ and WRITE
 * @param data what to write, {@code length} bytes, for WRITE; empty otherwise
 */
public record NbdRequest(
    long token,
    DiskOperation operation,
    boolean forceUnitAccess,
    long offset,
    int length,
    Bytes data) {

  public NbdRequest {
    if (offset < 0 || length < 0) {
      throw new IllegalArgumentException("negative offset or length");
    }
    boolean carriesData = operation == DiskOperation.WRITE;
    if (data.length() != (carriesData ? length : 0)) {
      throw new IllegalArgumentException(operation + " of " + length + " with " + data);
    }
    if ((carriesData || operation == DiskOperation.READ) && length > Nbd.PAYLOAD_BYTES_MAX) {
      throw new IllegalArgumentException(operation + " of " + length + " bytes");
    }
  }

  public static NbdRequest read(long token, long offset, int length) {
    return new NbdRequest(token, DiskOperation.READ, false, offset, length, Bytes.EMPTY);
  }

  public static NbdRequest write(long token, long offset, Bytes data) {
    return new NbdRequest(token, DiskOperation.WRITE, false, offset, data.length(), data);
  }

  public static NbdRequest flush(long token) {
    return new NbdRequest(token, DiskOperation.FLUSH, false, 0, 0, Bytes.EMPTY);
  }

  public static NbdRequest trim(long token, long offset, int length) {
    return new NbdRequest(token, DiskOperation.TRIM, false, offset, length, Bytes.EMPTY);
  }

  public static NbdRequest writeZeroes(long token, long offset, int length) {
    return new NbdRequest(token, DiskOperation.WRITE_ZEROES, false, offset, length, Bytes.EMPTY);
  }

  RequestHeader header(long cookie) {
    int type =
        switch (operation) {
          case READ -> Nbd.CMD_READ;
          case WRITE -> Nbd.CMD_WRITE;
          case FLUSH -> Nbd.CMD_FLUSH;
          case TRIM -> Nbd.CMD_TRIM;
          case WRITE_ZEROES -> Nbd.CMD_WRITE_ZEROES;
        };
    boolean fua = forceUnitAccess && operation.modifies();
    return new RequestHeader(fua ? Nbd.CMD_FLAG_FUA : 0, type, cookie, offset, length);
  }
}
