package lockstep.ft.machine;

/** What a guest can ask of a disk (virtio 1.2, 5.2.6; NBD transmission commands). */
public enum DiskOperation {
  READ,
  WRITE,
  FLUSH,
  TRIM,
  WRITE_ZEROES;

  /** Whether the operation changes the disk, so that it is kept until a flush covers it. */
  public boolean modifies() {
    return this == WRITE || this == TRIM || this == WRITE_ZEROES;
  }
}
