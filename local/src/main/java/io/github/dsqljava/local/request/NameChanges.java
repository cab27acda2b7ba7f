package io.github.dsqljava.local.request;

import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The changes that the Parse and Close messages of a group make to the names of prepared
 * statements, in order, and the number of those messages that PostgreSQL has answered. Belongs to
 * an event loop.
 */
public final class NameChanges {
  private final SortedMap<Integer, Naming> byMessage = new TreeMap<>();
  private int answered;

  NameChanges() {}

  void add(int message, Naming made) {
    byMessage.put(message, made);
  }

  /** Moves the changes from a message on to the group that gets the messages. */
  void moveTo(NameChanges rest, int from) {
    SortedMap<Integer, Naming> behind = byMessage.tailMap(from);
    behind.forEach((message, naming) -> rest.add(message - from, naming));
    behind.clear();
  }

  /** Whether the first message made this change. */
  boolean beginWith(@Nullable Naming naming) {
    return byMessage.get(0) == naming;
  }

  boolean include(Naming naming) {
    return byMessage.containsValue(naming);
  }

  /** Returns the indexes of the messages that PostgreSQL has answered. */
  Collection<Integer> answeredMessages() {
    return List.copyOf(byMessage.keySet()).subList(0, answered);
  }

  /** Whether there are no changes. */
  public boolean isEmpty() {
    return byMessage.isEmpty();
  }

  /** The group is sent, perhaps again. */
  public void areSent() {
    answered = 0;
  }

  /** PostgreSQL has answered the next message. */
  public void nextIsAnswered() {
    answered++;
  }

  /** The group is over. Changes that were not made are undone: their names keep the old meaning. */
  public void settle(boolean failed) {
    int count = 0;
    for (Naming naming : byMessage.values()) {
      naming.settle(!failed || count < answered);
      count++;
    }
  }
}
