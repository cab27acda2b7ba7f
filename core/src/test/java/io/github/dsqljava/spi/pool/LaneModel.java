package io.github.dsqljava.spi.pool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/**
 * What a {@link ConflictLane} has to do, said as simply as possible: two lists, looked through from
 * end to end. What the lane learns is learnt by the same two classes, each side with its own; so
 * the two agree only as long as the lane tells them the right things at the right time.
 */
final class LaneModel {

  /** A transaction as the lane sees it. */
  static final class Member {
    final String name;
    private long rank;
    private long deadline;
    private long begunAt;
    private long committingAt = -1;
    private long commitsAtBegin;

    Member(String name) {
      this.name = name;
    }

    boolean isCommitting() {
      return committingAt >= 0;
    }

    @Override
    public String toString() {
      return name;
    }
  }

  final List<Member> waiting = new ArrayList<>();
  final Set<Member> inside = new LinkedHashSet<>();
  private final LaneWidth width = new LaneWidth();
  private final LanePauses pauses;
  private long ranks;
  private long commits;
  private long pausesUntil;
  long turns;
  boolean closed;

  LaneModel(Random random) {
    pauses = new LanePauses(random);
  }

  // Times are those since the beginning, so that they do not overflow here.

  Member join(String name) {
    Member member = new Member(name);
    member.rank = ranks++;
    return member;
  }

  void await(Member member, Duration patience, long now) {
    if (inside.remove(member)) {
      width.ended(now - member.begunAt);
      if (commits > member.commitsAtBegin) {
        width.tooWide();
      } else {
        pausesUntil = now + pauses.lost(width.usual());
        member.rank = pauses.isLosing() ? ranks++ : member.rank;
      }
    }
    member.deadline = now + Times.bounded(patience).toNanos();
    waiting.add(member);
  }

  void started(Member member, long now) {
    if (!member.isCommitting()) {
      member.begunAt = now;
      member.commitsAtBegin = commits;
    }
  }

  void committing(Member member, long now) {
    if (!member.isCommitting()) {
      member.committingAt = now;
    }
  }

  void leave(Member member, boolean committed, long now) {
    if (inside.remove(member) && committed) {
      commits++;
      pauses.committed();
      width.ended(now - member.begunAt);
      width.committed(member.isCommitting() ? now - member.committingAt : -1, !waiting.isEmpty());
    }
    waiting.remove(member);
    forgetWhenIdle();
  }

  /** To be called when nothing else happens in the moment. */
  void forgetWhenIdle() {
    if (waiting.isEmpty() && inside.isEmpty()) {
      pauses.forget();
    }
  }

  /** The lane says that it is this one's turn. */
  void begin(Member member, long now) {
    if (!waiting.contains(member)) {
      throw new AssertionError(member + " does not wait, but has got a turn");
    }
    if (now >= member.deadline) {
      throw new AssertionError(member + " has got a turn behind its deadline");
    }
    Member first = first().orElseThrow();
    if (first != member) {
      throw new AssertionError(member + " was let past " + first);
    }
    whyNobodyBegins(now)
        .ifPresent(
            why -> {
              throw new AssertionError(member + " begins although " + why);
            });
    waiting.remove(member);
    member.begunAt = now;
    member.committingAt = -1;
    member.commitsAtBegin = commits;
    inside.add(member);
    turns++;
  }

  /** The lane says that this one has waited too long. */
  void expire(Member member, long now) {
    if (!waiting.remove(member)) {
      throw new AssertionError(member + " does not wait, but has expired");
    }
    if (now < member.deadline) {
      throw new AssertionError(member + " has expired before its time");
    }
  }

  /** Nothing is overdue. */
  void assertNobodyIsForgotten(long now) {
    for (Member member : waiting) {
      if (now >= member.deadline) {
        throw new AssertionError(member + " waits behind its deadline");
      }
    }
    if (!waiting.isEmpty() && whyNobodyBegins(now).isEmpty()) {
      throw new AssertionError("the lane stands still, " + waiting + " wait");
    }
  }

  private Optional<Member> first() {
    return waiting.stream().min(Comparator.comparingLong(member -> member.rank));
  }

  private Optional<String> whyNobodyBegins(long now) {
    if (closed) {
      return Optional.empty();
    }
    if (now < pausesUntil) {
      return Optional.of("the lane pauses");
    }
    List<Member> inTheWay = inside.stream().filter(member -> isInTheWay(member, now)).toList();
    return inTheWay.size() < width.places()
        ? Optional.empty()
        : Optional.of("all of " + width.places() + " places are taken by " + inTheWay);
  }

  private boolean isInTheWay(Member member, long now) {
    if (now - member.begunAt >= width.slow()) {
      return false;
    }
    boolean counts = !member.isCommitting() || pauses.isLosing();
    return counts || now - member.committingAt < width.delay();
  }

  @Override
  public String toString() {
    return "waiting " + waiting + ", inside " + inside + ", places " + width.places();
  }
}
