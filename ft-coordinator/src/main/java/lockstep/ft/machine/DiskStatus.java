package lockstep.ft.machine;

/** How a disk request ended. Being fenced is no status: it halts the replica. */
public enum DiskStatus {
  OK,
  IO_ERROR,
  NO_SPACE,
  UNSUPPORTED
}
