package lockstep.proxy.failover;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import lockstep.ft.arbiter.ArbiterRecord;
import lockstep.ft.arbiter.Member;
import lockstep.ft.arbiter.ReplicaId;

/**
 * Whose frames count. Sans-IO.
 *
 * <p>Two sources name epochs: a replica that says "I am live at e", and the arbiter's record. The
 * highest epoch heard of from either is kept for ever; but what only a replica has said, and the
 * arbiter, asked after that, knows nothing of, was never granted, and is as if it had not been
 * said. (An arbiter that has confirmed an epoch and says less later has lost its memory, and is not
 * heard.) A link is the live one if its replica said that it is live, and either said so at the
 * highest epoch, or is named live by the arbiter's record of the highest epoch (an enlisting or a
 * dismissal raises the epoch, and the arbiter may be heard first). Who the record does not name
 * live has to say so anew, should it be live again: after a switch of roles, it is not yet when the
 * arbiter is heard first. Where the two contradict each other at one epoch, the arbiter is right.
 */
final class LiveFollower {

  /** One replica's connection, by a number that only grows. */
  private static final class Link {
    final ReplicaId replica;
    OptionalLong epoch = OptionalLong.empty();
    long guestGeneration;

    /** Number of the claim that brought the epoch. */
    long claim;

    Link(ReplicaId replica) {
      this.replica = replica;
    }
  }

  private final Map<Long, Link> links = new LinkedHashMap<>();
  private long epochHighest;
  private Optional<ArbiterRecord> record = Optional.empty();
  private OptionalLong live = OptionalLong.empty();
  private OptionalLong guestGeneration = OptionalLong.empty();
  private long guestRestarts;
  private long claims;

  /** A replica has introduced itself on a new link. */
  void opened(long link, ReplicaId replica) {
    links.put(link, new Link(replica));
  }

  void closed(long link) {
    links.remove(link);
    choose();
  }

  /**
   * The replica on {@code link} says that it is live.
   *
   * @return why it is not believed; empty if it is, or may yet be
   */
  Optional<String> saidLive(long link, long epoch, long generation) {
    Link said = links.get(link);
    if (said == null) {
      return Optional.of("no hello came before");
    }
    if (said.epoch.isEmpty() || said.epoch.getAsLong() <= epoch) {
      said.epoch = OptionalLong.of(epoch);
      said.guestGeneration = generation;
      said.claim = ++claims;
    }
    boolean contested = epoch == epochHighest && contested(said.replica, epoch);
    epochHighest = Math.max(epochHighest, epoch);
    choose();
    if (contested) {
      return Optional.of("another replica is live at epoch " + epoch);
    }
    return epoch < epochHighest && !hears(link)
        ? Optional.of("epoch " + epoch + " is older than " + epochHighest)
        : Optional.empty();
  }

  private boolean contested(ReplicaId replica, long epoch) {
    Optional<ReplicaId> recorded = recordedLive();
    if (recorded.isPresent()) {
      return !recorded.get().equals(replica);
    }
    return live.isPresent()
        && !liveLink().replica.equals(replica)
        && liveLink().epoch.equals(OptionalLong.of(epoch));
  }

  /**
   * The arbiter's record, now or after a change. One that is older than what is known says nothing.
   */
  void recorded(ArbiterRecord heard) {
    if (heard.epoch() < epochHighest) {
      return;
    }
    epochHighest = heard.epoch();
    record = Optional.of(heard);
    for (Link link : links.values()) {
      if (!recordedLive().equals(Optional.of(link.replica))) {
        link.epoch = OptionalLong.empty();
      }
    }
    choose();
  }

  /**
   * Number of the newest claim, if the highest epoch is one that the arbiter has not spoken of; it
   * may be asked whether that is true.
   */
  OptionalLong unconfirmed() {
    return recordEpoch() < epochHighest ? OptionalLong.of(claims) : OptionalLong.empty();
  }

  private long recordEpoch() {
    return record.map(ArbiterRecord::epoch).orElse(0L);
  }

  /**
   * The arbiter's record, asked for after {@code claim} was heard.
   *
   * @return links that have claimed to be live at an epoch which nobody was granted; they have to
   *     say so anew
   */
  List<Long> recordedAfter(long claim, ArbiterRecord heard) {
    List<Long> refuted = new ArrayList<>();
    if (heard.epoch() < epochHighest && heard.epoch() >= recordEpoch()) {
      long highest = heard.epoch();
      for (Map.Entry<Long, Link> entry : links.entrySet()) {
        Link link = entry.getValue();
        if (link.epoch.orElse(0) > heard.epoch() && link.claim <= claim) {
          link.epoch = OptionalLong.empty();
          refuted.add(entry.getKey());
        }
        highest = Math.max(highest, link.epoch.orElse(0));
      }
      epochHighest = highest;
    }
    recorded(heard);
    choose();
    return refuted;
  }

  /** Who the arbiter says is live at the highest epoch, if it has spoken of that epoch. */
  private Optional<ReplicaId> recordedLive() {
    return record
        .filter(known -> known.epoch() == epochHighest)
        .flatMap(ArbiterRecord::live)
        .map(Member::id);
  }

  private void choose() {
    OptionalLong chosen = OptionalLong.empty();
    for (Map.Entry<Long, Link> entry : links.entrySet()) {
      boolean keepsFirst =
          chosen.isPresent() && !link(chosen).replica.equals(entry.getValue().replica);
      if (!keepsFirst && mayBeLive(entry.getValue())) {
        chosen = OptionalLong.of(entry.getKey()); // of one replica's links the newest
      }
    }
    live = chosen;
    if (live.isPresent()) {
      long generation = liveLink().guestGeneration;
      if (guestGeneration.isPresent() && guestGeneration.getAsLong() != generation) {
        guestRestarts++;
      }
      guestGeneration = OptionalLong.of(generation);
    }
  }

  private boolean mayBeLive(Link link) {
    if (link.epoch.isEmpty()) {
      return false;
    }
    boolean recordSpeaks = record.isPresent() && record.get().epoch() == epochHighest;
    if (recordSpeaks) {
      return recordedLive().equals(Optional.of(link.replica));
    }
    return link.epoch.getAsLong() == epochHighest && (live.isEmpty() || !contestedBy(link));
  }

  /** At one epoch the first who said so stays, while it is here. */
  private boolean contestedBy(Link link) {
    Link now = links.get(live.getAsLong());
    return now != null
        && now != link
        && !now.replica.equals(link.replica)
        && now.epoch.equals(link.epoch);
  }

  private Link liveLink() {
    return link(live);
  }

  private Link link(OptionalLong number) {
    Link link = links.get(number.getAsLong());
    if (link == null) {
      throw new IllegalStateException("the live link is not open");
    }
    return link;
  }

  /** The live link; empty while nobody is live. */
  OptionalLong live() {
    return live;
  }

  /** Whether frames from {@code link} count. */
  boolean hears(long link) {
    return live.isPresent() && live.getAsLong() == link;
  }

  long epochHighest() {
    return epochHighest;
  }

  /** How often the guest was found to be started anew; raised by 1 each time. */
  long guestRestarts() {
    return guestRestarts;
  }
}
