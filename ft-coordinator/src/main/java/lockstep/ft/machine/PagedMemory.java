package lockstep.ft.machine;

import java.util.function.IntConsumer;

/**
 * A machine's memory, page by page, as state transfer needs it. What a page holds is state; which
 * pages count as changed is not, and nothing that a guest could see.
 */
public interface PagedMemory {

  /**
   * A page and what it holds.
   *
   * @param contents {@link #pageBytes} bytes, or none for a page of zeroes
   */
  record Contents(int page, Bytes contents) {}

  /** Pages count from 0. */
  int pageCount();

  int pageBytes();

  /**
   * Hands out the index of every page that may have changed since it was handed out last; the first
   * time, and after {@link #endTransfer}, that is every page.
   */
  void takeChanged(IntConsumer taker);

  /** Nobody takes changed pages any more. */
  void endTransfer();

  /**
   * Does part of what the next {@link DeterministicMachine#hash} would have to do, so that the
   * machine stands still for less then. Hashes at most so many pages of those that have changed.
   */
  void hashSome(int pagesMax);

  /**
   * Remembers no page's hash any more: the next {@link DeterministicMachine#hash} looks at every
   * page that was ever written, as if each had changed.
   */
  void forgetHashes();

  /** What a page holds now. */
  Contents readPage(int page);

  /**
   * Replaces what a page holds. Only for a machine that takes over another's state: it must not be
   * run before {@link DeterministicMachine#restoreWithoutPages}.
   *
   * @throws IllegalArgumentException if there is no such page, or the length is wrong
   */
  void writePage(Contents contents);

  /** Makes every page zero; as {@link #writePage}. */
  void clear();
}
