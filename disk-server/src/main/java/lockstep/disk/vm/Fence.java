package lockstep.disk.vm;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.function.Predicate;
import lockstep.disk.vm.Attach.Access;
import lockstep.disk.vm.Attach.End;
import lockstep.ft.arbiter.ArbiterRecord;
import lockstep.ft.arbiter.ArbiterReply;
import lockstep.ft.arbiter.ArbiterRequest;
import lockstep.ft.arbiter.ArbiterRules;
import lockstep.ft.arbiter.ArbiterState;
import lockstep.ft.arbiter.Member;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sequencer of one VM: here the arbiter's record and the disks meet.
 *
 * <p>Disk commands hold the lock shared while they touch the store, and look first whether their
 * attach has ended. A change of the record, and an attach, hold it exclusively. So when a grant is
 * answered, every command of an older epoch has either been applied before the grant or is refused:
 * also one whose bytes have long been read from a socket.
 *
 * <p>An attach that may write is bound to the epoch at which it was made, a plain client's too: the
 * VMM that starts a guest fences whoever was just writing its disk.
 *
 * <p>Every method may be called on any thread. Callbacks (ended attaches, watchers) are called with
 * the lock held: they only hand on.
 */
public final class Fence {
  private static final Logger LOG = LoggerFactory.getLogger(Fence.class);

  /** Between a disk's name and its snapshot's, in the name of who is attached to the snapshot. */
  static final String SNAPSHOT_MARK = "@";

  private static final Set<Access> ANY = Set.of(Access.values());

  /** Makes a state durable before it returns. */
  @FunctionalInterface
  public interface Durable {
    void store(ArbiterState state) throws IOException;
  }

  /** Touches the store for an attach. */
  @FunctionalInterface
  public interface StoreAction {
    void run() throws IOException;
  }

  /** The answer to an attach. */
  public sealed interface Answer {
    record Granted(Attach attach) implements Answer {}

    /** The epoch is over. */
    record Fenced(String reason) implements Answer {}

    record Refused(String reason) implements Answer {}
  }

  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
  private final ArbiterRules rules;
  private final Durable durable;
  private final Set<Attach> attaches = new LinkedHashSet<>();
  private final Set<Consumer<ArbiterReply.Current>> watchers = new LinkedHashSet<>();
  private final Lease lease;
  private ArbiterState state;

  Fence(ArbiterRules rules, ArbiterState state, Durable durable, long nowNanos) {
    this.rules = rules;
    this.state = state;
    this.durable = durable;
    this.lease = new Lease(rules, nowNanos);
  }

  /**
   * Decides an arbiter's request; the answer may be sent when this returns.
   *
   * @throws IOException if the decision could not be made durable: there is no answer then
   */
  public ArbiterReply decide(ArbiterRequest request, long nowNanos) throws IOException {
    lock.writeLock().lock();
    try {
      ArbiterRules.Decision decision = rules.decide(state, lease.look(nowNanos), request, nowNanos);
      if (decision.changed()) {
        become(decision.state(), nowNanos);
      }
      lease.endsAt(decision.leaseEndNanos());
      return decision.reply();
    } finally {
      lock.writeLock().unlock();
    }
  }

  /** Makes a state durable, ends what is older, and tells the watchers. */
  private void become(ArbiterState next, long nowNanos) throws IOException {
    durable.store(next);
    ArbiterRecord before = state.record();
    state = next;
    logTransition(before, state.record());
    endWriters(attach -> attach.epoch() < state.record().epoch(), End.FENCED);
    if (!watchers.isEmpty()) {
      ArbiterReply.Current current = current(nowNanos);
      watchers.forEach(watcher -> watcher.accept(current));
    }
  }

  /** The arbiter looks at its clock, so that it knows later whether it has stood still. */
  public void look(long nowNanos) {
    var _ = lease.look(nowNanos);
  }

  /** Tells {@code watcher} the record now and after each change. */
  public void watch(Consumer<ArbiterReply.Current> watcher, long nowNanos) {
    lock.writeLock().lock();
    try {
      watchers.add(watcher);
      watcher.accept(current(nowNanos));
    } finally {
      lock.writeLock().unlock();
    }
  }

  public void unwatch(Consumer<ArbiterReply.Current> watcher) {
    lock.writeLock().lock();
    try {
      watchers.remove(watcher);
    } finally {
      lock.writeLock().unlock();
    }
  }

  private ArbiterReply.Current current(long nowNanos) {
    // The rules know how a record is told.
    ArbiterRequest watch = new ArbiterRequest.Watch(state.record().vm());
    long leaseEndNanos = lease.endNanos(nowNanos);
    return (ArbiterReply.Current) rules.decide(state, leaseEndNanos, watch, nowNanos).reply();
  }

  /**
   * Attaches the VMM that is live at {@code epoch}. Every older attach of the disk that may write
   * has ended when this returns.
   */
  public Answer attach(String disk, long epoch, Consumer<End> ended) {
    lock.writeLock().lock();
    try {
      ArbiterRecord record = state.record();
      if (epoch < record.epoch()) {
        return new Answer.Fenced("fenced: epoch " + epoch + " is over, it is " + record.epoch());
      }
      if (epoch > record.epoch() || record.live().isEmpty()) {
        return new Answer.Refused("nobody was granted epoch " + epoch + " of " + record.vm());
      }
      endWriters(attach -> attach.disk().equals(disk), End.SUPERSEDED);
      return granted(new Attach(disk, Access.VMM, epoch, ended));
    } finally {
      lock.writeLock().unlock();
    }
  }

  /** Attaches a plain client: for writing while no VMM is live, else for reading. */
  public Attach attachPlain(String disk, Consumer<End> ended) {
    lock.writeLock().lock();
    try {
      Access access = plainAccess();
      Attach attach = new Attach(disk, access, state.record().epoch(), ended);
      attaches.add(attach);
      return attach;
    } finally {
      lock.writeLock().unlock();
    }
  }

  /** Attaches a plain client for reading, to a disk's snapshot. */
  public Attach attachReader(String snapshot, Consumer<End> ended) {
    lock.writeLock().lock();
    try {
      Attach attach = new Attach(snapshot, Access.READER, state.record().epoch(), ended);
      attaches.add(attach);
      return attach;
    } finally {
      lock.writeLock().unlock();
    }
  }

  /**
   * Runs {@code action} if nobody is attached to the disk and no VMM is live; nobody attaches
   * meanwhile.
   *
   * @return why it was not run, or empty
   */
  public Optional<String> alone(String disk, StoreAction action) throws IOException {
    lock.writeLock().lock();
    try {
      return state.record().live().isPresent()
          ? Optional.of("a VMM is live")
          : unused(disk, action);
    } finally {
      lock.writeLock().unlock();
    }
  }

  /**
   * Runs {@code action} if no plain client is attached to the disk. The attach of the VMM that
   * holds it, if one does, ends then: it attaches anew.
   *
   * @return why it was not run, or empty
   */
  public Optional<String> betweenAttaches(String disk, StoreAction action) throws IOException {
    lock.writeLock().lock();
    try {
      Optional<String> inUse =
          unused(name -> name.equals(disk), Set.of(Access.PLAIN_WRITER, Access.READER), action);
      if (inUse.isEmpty()) {
        endWriters(attach -> attach.disk().equals(disk), End.CHANGED);
      }
      return inUse;
    } finally {
      lock.writeLock().unlock();
    }
  }

  /**
   * Runs {@code action} if no replica can be live; none becomes live meanwhile. One that is
   * recorded live may be, also when its lease is over: cut off from here, it runs its guest, and
   * goes on as soon as it can renew.
   *
   * @param depose the epoch that is ended first, for good, if its lease is over
   * @return why it was not run, or empty
   */
  public Optional<String> whileNobodyIsLive(OptionalLong depose, long nowNanos, StoreAction action)
      throws IOException {
    lock.writeLock().lock();
    try {
      if (depose.isPresent()) {
        Optional<ArbiterState> deposed =
            rules.deposed(state, lease.endNanos(nowNanos), depose.getAsLong(), nowNanos);
        if (deposed.isPresent()) {
          become(deposed.get(), nowNanos);
        }
      }
      Optional<String> live = state.record().live().map(member -> mayBeLive(member, nowNanos));
      if (live.isEmpty()) {
        action.run();
      }
      return live;
    } finally {
      lock.writeLock().unlock();
    }
  }

  private String mayBeLive(Member member, long nowNanos) {
    String who = "replica " + member.id().brief() + " is live at epoch " + state.record().epoch();
    return lease.endNanos(nowNanos) - nowNanos > 0
        ? who
        : who + ", or may be: its lease is over, but it has not resigned";
  }

  /**
   * Runs {@code action} if nobody is attached to the disk or snapshot; nobody attaches meanwhile.
   *
   * @return why it was not run, or empty
   */
  public Optional<String> unused(String disk, StoreAction action) throws IOException {
    return unused(name -> name.equals(disk), ANY, action);
  }

  /** The same for a disk and all of its snapshots. */
  public Optional<String> unusedWithSnapshots(String disk, StoreAction action) throws IOException {
    return unused(name -> name.equals(disk) || name.startsWith(disk + SNAPSHOT_MARK), ANY, action);
  }

  private Optional<String> unused(Predicate<String> which, Set<Access> whoever, StoreAction action)
      throws IOException {
    lock.writeLock().lock();
    try {
      if (attaches.stream()
          .anyMatch(attach -> which.test(attach.disk()) && whoever.contains(attach.access()))) {
        return Optional.of("a client is attached");
      }
      action.run();
      return Optional.empty();
    } finally {
      lock.writeLock().unlock();
    }
  }

  /** What a plain client would get now. */
  public Access plainAccess() {
    return record().live().isEmpty() ? Access.PLAIN_WRITER : Access.READER;
  }

  /** The connection of {@code attach} has ended. */
  public void detach(Attach attach) {
    lock.writeLock().lock();
    try {
      attaches.remove(attach);
      attach.end(End.DETACHED);
    } finally {
      lock.writeLock().unlock();
    }
  }

  /**
   * Runs {@code action} if {@code attach} has not ended, and not beside a change of the record.
   *
   * @return why it was not run; {@link End#NONE} if it was
   */
  public End perform(Attach attach, StoreAction action) throws IOException {
    lock.readLock().lock();
    try {
      if (attach.end() == End.NONE) {
        action.run();
      }
      return attach.end();
    } finally {
      lock.readLock().unlock();
    }
  }

  public ArbiterRecord record() {
    lock.readLock().lock();
    try {
      return state.record();
    } finally {
      lock.readLock().unlock();
    }
  }

  /** How long the lease of the replica that is recorded live still runs; 0 if there is none. */
  public long leaseLeftNanos(long nowNanos) {
    return record().live().isPresent() ? Math.max(0, lease.endNanos(nowNanos) - nowNanos) : 0;
  }

  /** The attaches that have not ended. */
  public List<Attach> attaches() {
    lock.readLock().lock();
    try {
      return List.copyOf(attaches);
    } finally {
      lock.readLock().unlock();
    }
  }

  private Answer granted(Attach attach) {
    attaches.add(attach);
    return new Answer.Granted(attach);
  }

  private void endWriters(Predicate<Attach> which, End end) {
    List<Attach> ending = new ArrayList<>(attaches);
    ending.removeIf(attach -> attach.access() == Access.READER || !which.test(attach));
    for (Attach attach : ending) {
      attaches.remove(attach);
      attach.end(end);
      LOG.info(
          "vm={} disk={} attach of epoch {} ended: {}",
          state.record().vm(),
          attach.disk(),
          attach.epoch(),
          end);
    }
  }

  private static void logTransition(ArbiterRecord before, ArbiterRecord after) {
    LOG.info(
        "vm={} epoch={}->{} live={} backup={} generation={}",
        after.vm(),
        before.epoch(),
        after.epoch(),
        brief(after.live()),
        brief(after.backup()),
        after.guestGeneration());
  }

  private static String brief(Optional<Member> member) {
    return member.map(m -> m.id().brief()).orElse("none");
  }
}
