package lockstep.vmm.machine.memory;

/**
 * Somebody who derives things from the contents of pages and keeps direct ways to write them: a
 * hart. Called on the guest's thread.
 */
public interface PageObserver {

  /**
   * Bytes of a page that translations were derived from are about to be written; they still hold
   * the old values.
   */
  void tableAboutToChange(long address, int length);

  /** Bytes of a page that code was decoded from are about to be written. */
  void codeAboutToChange(long address, int length);

  /** No page may be written directly any more, before it is marked dirty again. */
  void forgetDirectStores();

  /** A device has written {@code length} bytes. */
  void deviceWrote(long address, long length);

  /** All contents have been replaced: everything derived from pages is void. */
  void contentsReplaced();
}
