package lockstep.disk.nbd;

import java.io.IOException;
import lockstep.disk.store.NoSpaceException;
import lockstep.ft.nbd.Nbd;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a client is told of the storage's failures ("Error values"). */
final class StorageErrors {
  private static final Logger LOG = LoggerFactory.getLogger(StorageErrors.class);

  private StorageErrors() {}

  /** Logs the failure, and gives its error number. */
  static int number(String export, IOException failure) {
    LOG.error("disk={} {}", export, failure.getMessage());
    return failure instanceof NoSpaceException ? Nbd.ENOSPC : Nbd.EIO;
  }

  /** For people; the client learns nothing of our files. */
  static String text(IOException failure) {
    return failure instanceof NoSpaceException
        ? "the disk server's storage is full"
        : "the disk server's storage has failed";
  }
}
