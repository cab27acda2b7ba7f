package io.github.dsqljava.local.request;

import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the Parse and Close messages of a group do to the client's names of statements, in their
 * order, and how many of them PostgreSQL has answered. Belongs to an event loop.
 */
public final class NameChanges {
  private final SortedMap<Integer, Naming> byMessage = new TreeMap<>();
  private int answered;

  NameChanges() {}

  void add(int message, Naming made) {
    byMessage.put(message, made);
  }

  /** Moves those from a message on to the group that gets the messages. */
  void moveTo(NameChanges rest, int from) {
    SortedMap<Integer, Naming> behind = byMessage.tailMap(from);
    behind.forEach((message, naming) -> rest.add(message - from, naming));
    behind.clear();
  }

  /** Whether the first message is the one that has decided what a name means. */
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

  /** Whether there are none. */
  public boolean isEmpty() {
    return byMessage.isEmpty();
  }

  /** The group is sent, perhaps again. */
  public void areSent() {
    answered = 0;
  }

  /** PostgreSQL has answered the next one. */
  public void nextIsAnswered() {
    answered++;
  }

  /** The group is over. Names that have not changed go on standing for what they stood for. */
  public void settle(boolean failed) {
    int count = 0;
    for (Naming naming : byMessage.values()) {
      naming.settle(!failed || count < answered);
      count++;
    }
  }
}
