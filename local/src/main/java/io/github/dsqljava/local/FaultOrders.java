package io.github.dsqljava.local;

import io.github.dsqljava.local.faults.Fault;
import io.github.dsqljava.local.faults.FaultPlan.Order;
import io.github.dsqljava.local.sql.TableName;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The orders in a file of faults.
 *
 * @param armed faults to be armed, in their order
 * @param oldest ages above which open connections are cut; empty to cut none
 */
record FaultOrders(List<Order> armed, List<Duration> oldest) {
  /** The forms of a line, for messages and for {@code --help}. */
  static final List<String> FORMS = Stream.of(Form.values()).map(Form::toString).toList();

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
            "line %s, \"%s\": %s. Allowed are: %s"
                .formatted(i + 1, line, e.getMessage(), String.join("; ", FORMS)),
            e);
      }
    }
    return new FaultOrders(armed, oldest);
  }

  /** A kind of line: its first word is the name, in lower case and with dashes. */
  private enum Form {
    CONFLICT_COMMITS("N [data|schema] [on TABLE]") {
      @Override
      void read(Line line, List<Order> armed, List<Duration> oldest) {
        armed.add(new Order(line.number(), line.conflict()));
      }
    },
    CONFLICT_BEGINS("N") {
      @Override
      void read(Line line, List<Order> armed, List<Duration> oldest) {
        armed.add(new Order(line.number(), Fault.schemaConflictAtBegin()));
      }
    },
    LOSE_COMMIT_ANSWERS("N") {
      @Override
      void read(Line line, List<Order> armed, List<Duration> oldest) {
        armed.add(new Order(line.number(), Fault.commitAnswerLost()));
      }
    },
    CUT_BEFORE_COMMIT("N") {
      @Override
      void read(Line line, List<Order> armed, List<Duration> oldest) {
        armed.add(new Order(line.number(), Fault.cutBeforeCommit()));
      }
    },
    UNAVAILABLE_AT_COMMIT("N committed|rolled-back") {
      @Override
      void read(Line line, List<Order> armed, List<Duration> oldest) {
        armed.add(new Order(line.number(), Fault.unavailableAtCommit(line.committed())));
      }
    },
    UNAVAILABLE_AT_STATEMENT("N") {
      @Override
      void read(Line line, List<Order> armed, List<Duration> oldest) {
        armed.add(new Order(line.number(), Fault.unavailableAtStatement()));
      }
    },
    REFUSE_LOGINS(
        "N "
            + Stream.of(LoginRefusal.values())
                .map(FaultOrders::word)
                .collect(Collectors.joining("|"))) {
      @Override
      void read(Line line, List<Order> armed, List<Duration> oldest) {
        armed.add(new Order(line.number(), Faults.loginRefused(line.refusal(), line.clock)));
      }
    },
    CLOSE_AFTER_MESSAGES("MESSAGES [of N]") {
      @Override
      void read(Line line, List<Order> armed, List<Duration> oldest) {
        Fault close = Faults.closedAfter(line.number());
        armed.add(new Order(line.accept("of") ? line.number() : 1, close));
      }
    },
    CUT_CONNECTIONS("[older-than SECONDS]") {
      @Override
      void read(Line line, List<Order> armed, List<Duration> oldest) {
        oldest.add(
            line.accept("older-than")
                ? Faults.age(Duration.ofSeconds(line.number()))
                : Duration.ZERO);
      }
    };

    private final String rest;

    Form(String rest) {
      this.rest = rest;
    }

    /** Reads what stands behind the first word. */
    abstract void read(Line line, List<Order> armed, List<Duration> oldest);

    /** Returns the form of the line for help texts. */
    @Override
    public String toString() {
      return word(this) + " " + rest;
    }
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** One line: words, and after {@code on} a name that may contain blanks. */
  private static final class Line {
    private final InstantSource clock;
    private String rest;

    Line(String line, InstantSource clock) {
      this.rest = line;
      this.clock = clock;
    }

    void read(List<Order> armed, List<Duration> oldest) {
      String fault = word();
      Form form =
          Stream.of(Form.values())
              .filter(known -> FaultOrders.word(known).equals(fault))
              .findFirst()
              .orElseThrow(
                  () -> new IllegalArgumentException("no fault is called \"" + fault + "\""));
      form.read(this, armed, oldest);
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
        if (FaultOrders.word(refusal).equals(word)) {
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
