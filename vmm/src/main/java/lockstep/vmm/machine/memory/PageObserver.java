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

  /** A page that code was decoded from is about to be written; its mark is gone already. */
  void codeAboutToChange(int page);

  /** No page may be written directly any more, before it is marked dirty again. */
  void forgetDirectStores();

  /** A device has written {@code length} bytes. */
  void deviceWrote(long address, long length);

  /** All contents have been replaced: everything derived from pages is void. */
  void contentsReplaced();
}
