package io.github.dsqljava.local;

import io.github.dsqljava.local.faults.Fault;
import io.github.dsqljava.local.faults.FaultPlan.Order;
import io.github.dsqljava.local.sql.TableName;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a file of faults asks for.
 *
 * @param armed faults to be armed, in their order
 * @param oldest how old connections may be that are open now; empty if none is to be cut
 */
record FaultOrders(List<Order> armed, List<Duration> oldest) {
  /** What a line may look like; for messages and for {@code --help}. */
  static final List<String> FORMS =
      List.of(
          "conflict-commits N [data|schema] [on TABLE]",
          "conflict-begins N",
          "lose-commit-answers N",
          "cut-before-commit N",
          "unavailable-at-commit N committed|rolled-back",
          "unavailable-at-statement N",
          "refuse-logins N too-many-connections|rate-exceeded|waking-up|token-expired|access-denied",
          "close-after-messages MESSAGES [of N]",
          "cut-connections [older-than SECONDS]");

  FaultOrders {
    armed = List.copyOf(armed);
    oldest = List.copyOf(oldest);
  }

  /**
   * Reads a file's text.
   *
   * @throws IllegalArgumentException for the first bad line; names it, and what is allowed
   */
  static FaultOrders parse(String text, InstantSource clock) {
    List<Order> armed = new ArrayList<>();
    List<Duration> oldest = new ArrayList<>();
    List<String> lines = text.lines().toList();
    for (int i = 0; i < lines.size(); i++) {
      int comment = lines.get(i).indexOf('#');
      String line = (comment < 0 ? lines.get(i) : lines.get(i).substring(0, comment)).strip();
      if (line.isEmpty()) {
        continue;
      }
      try {
        new Line(line, clock).read(armed, oldest);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "line %d, \"%s\": %s. Allowed are: %s"
                .formatted(i + 1, line, e.getMessage(), String.join("; ", FORMS)),
            e);
      }
    }
    return new FaultOrders(armed, oldest);
  }

  /** One line: a few words, and behind {@code on} a name that may have blanks in it. */
  private static final class Line {
    private final InstantSource clock;
    private String rest;

    Line(String line, InstantSource clock) {
      this.rest = line;
      this.clock = clock;
    }

    void read(List<Order> armed, List<Duration> oldest) {
      String fault = word();
      switch (fault) {
        case "conflict-commits" -> armed.add(new Order(number(), conflict()));
        case "conflict-begins" -> armed.add(new Order(number(), Fault.schemaConflictAtBegin()));
        case "lose-commit-answers" -> armed.add(new Order(number(), Fault.commitAnswerLost()));
        case "cut-before-commit" -> armed.add(new Order(number(), Fault.cutBeforeCommit()));
        case "unavailable-at-commit" ->
            armed.add(new Order(number(), Fault.unavailableAtCommit(committed())));
        case "unavailable-at-statement" ->
            armed.add(new Order(number(), Fault.unavailableAtStatement()));
        case "refuse-logins" ->
            armed.add(new Order(number(), Faults.loginRefused(refusal(), clock)));
        case "close-after-messages" -> {
          Fault close = Faults.closedAfter(number());
          armed.add(new Order(accept("of") ? number() : 1, close));
        }
        case "cut-connections" ->
            oldest.add(
                accept("older-than") ? Faults.age(Duration.ofSeconds(number())) : Duration.ZERO);
        default -> throw new IllegalArgumentException("no fault is called \"" + fault + "\"");
      }
      if (!rest.isEmpty()) {
        throw new IllegalArgumentException("\"" + rest + "\" is too much");
      }
    }

    private Fault conflict() {
      boolean schema = accept("schema");
      if (!schema) {
        accept("data");
      }
      Fault conflict = Faults.commitConflict(schema ? CommitConflict.SCHEMA : CommitConflict.DATA);
      if (!accept("on")) {
        return conflict;
      }
      TableName table = TableName.parse(rest);
      rest = "";
      return conflict.on(table);
    }

    private boolean committed() {
      boolean committed = accept("committed");
      if (!committed && !accept("rolled-back")) {
        throw new IllegalArgumentException("it must say committed or rolled-back");
      }
      return committed;
    }

    private LoginRefusal refusal() {
      String word = word();
      for (LoginRefusal refusal : LoginRefusal.values()) {
        if (refusal.name().toLowerCase(Locale.ROOT).replace('_', '-').equals(word)) {
          return refusal;
        }
      }
      throw new IllegalArgumentException("no refusal is called \"" + word + "\"");
    }

    private int number() {
      String word = word();
      try {
        return Integer.parseInt(word);
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException("\"" + word + "\" is no number", e);
      }
    }

    private boolean accept(String word) {
      String before = rest;
      if (word().equals(word)) {
        return true;
      }
      rest = before;
      return false;
    }

    /** Takes the next word; empty at the end. */
    private String word() {
      int end = 0;
      while (end < rest.length() && !Character.isWhitespace(rest.charAt(end))) {
        end++;
      }
      String word = rest.substring(0, end);
      rest = rest.substring(end).strip();
      return word;
    }
  }
}
