package io.github.dsqljava.local.faults;

import io.github.dsqljava.local.protocol.ErrorMessage;
import io.github.dsqljava.local.protocol.ServiceErrors;
import io.github.dsqljava.local.sql.TableName;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** A failure that a cluster produces on demand. Immutable. */
public final class Fault {
  /** The kinds of failure, with their triggers. */
  public enum Kind {
    /** A login is refused. */
    LOGIN_REFUSED(Trigger.LOGIN),
    /** The connection ends after a number of messages. */
    CLOSED_AFTER_MESSAGES(Trigger.SESSION),
    /** A transaction loses against another one when it commits. */
    COMMIT_CONFLICT(Trigger.COMMIT),
    /** A transaction commits, and its client gets no answer. */
    COMMIT_ANSWER_LOST(Trigger.COMMIT),
    /** The connection ends before a COMMIT has arrived. */
    CUT_BEFORE_COMMIT(Trigger.COMMIT),
    /** A COMMIT is answered with an error that does not say whether it took place. */
    UNAVAILABLE_AT_COMMIT(Trigger.COMMIT),
    /** Any other statement is answered with an error of the service. */
    UNAVAILABLE_AT_STATEMENT(Trigger.STATEMENT),
    /** A transaction is refused because of a schema change. */
    BEGIN_CONFLICT(Trigger.BEGIN);

    private final Trigger trigger;

    Kind(Trigger trigger) {
      this.trigger = trigger;
    }

    /** Returns the event at which it strikes. */
    public Trigger trigger() {
      return trigger;
    }
  }

  /** The event at which a fault strikes. */
  public enum Trigger {
    LOGIN,
    /** A login that has succeeded. */
    SESSION,
    /** A BEGIN outside of a transaction. */
    BEGIN,
    /** A COMMIT, without AND CHAIN, of an open transaction. */
    COMMIT,
    /** A statement that neither begins nor ends a transaction, in one that has not failed. */
    STATEMENT;

    boolean isOfStatements() {
      return this != LOGIN && this != SESSION;
    }
  }

  /** PostgreSQL's work before the client gets the fault. */
  public enum Before {
    NOTHING,
    /** The statement that the client sent. */
    ITSELF,
    ROLLBACK
  }

  private final Kind kind;
  private final Before before;
  private final Optional<ErrorMessage> answer;
  private final Optional<TableName> table;
  private final int messages;

  private Fault(Kind kind, Before before, Optional<ErrorMessage> answer) {
    this(kind, before, answer, /* table= */ Optional.empty(), /* messages= */ 0);
  }

  private Fault(
      Kind kind,
      Before before,
      Optional<ErrorMessage> answer,
      Optional<TableName> table,
      int messages) {
    this.kind = kind;
    this.before = before;
    this.answer = answer;
    this.table = table;
    this.messages = messages;
  }

  /** A login that is refused with this. */
  public static Fault loginRefused(ErrorMessage refusal) {
    return new Fault(Kind.LOGIN_REFUSED, Before.NOTHING, Optional.of(refusal));
  }

  /** A COMMIT that is rolled back because another transaction has changed the same row. */
  public static Fault dataConflict() {
    return new Fault(
        Kind.COMMIT_CONFLICT, Before.ROLLBACK, Optional.of(ServiceErrors.rowConflict()));
  }

  /** A COMMIT that is rolled back because another session has changed the schema. */
  public static Fault schemaConflict() {
    return new Fault(
        Kind.COMMIT_CONFLICT, Before.ROLLBACK, Optional.of(ServiceErrors.schemaConflict()));
  }

  /** A BEGIN that is refused because another session has changed the schema. */
  public static Fault schemaConflictAtBegin() {
    return new Fault(
        Kind.BEGIN_CONFLICT, Before.NOTHING, Optional.of(ServiceErrors.schemaConflict()));
  }

  /** A COMMIT that takes place, after which the connection ends without an answer. */
  public static Fault commitAnswerLost() {
    return new Fault(Kind.COMMIT_ANSWER_LOST, Before.ITSELF, Optional.empty());
  }

  /** A connection that ends, with its transaction rolled back, in place of a COMMIT. */
  public static Fault cutBeforeCommit() {
    return new Fault(Kind.CUT_BEFORE_COMMIT, Before.ROLLBACK, Optional.empty());
  }

  /** A COMMIT that is answered with an error, whether it takes place or is rolled back. */
  public static Fault unavailableAtCommit(boolean committed) {
    return new Fault(
        Kind.UNAVAILABLE_AT_COMMIT,
        committed ? Before.ITSELF : Before.ROLLBACK,
        Optional.of(ServiceErrors.serverUnavailable()));
  }

  /** A statement that is answered with an error and not run. */
  public static Fault unavailableAtStatement() {
    return new Fault(
        Kind.UNAVAILABLE_AT_STATEMENT,
        Before.NOTHING,
        Optional.of(ServiceErrors.serverUnavailable()));
  }

  /** A connection that ends in place of the message after this number of messages. */
  public static Fault closedAfter(int messages) {
    return new Fault(
        Kind.CLOSED_AFTER_MESSAGES, Before.NOTHING, Optional.empty(), Optional.empty(), messages);
  }

  /** The same fault, which strikes only transactions that change this table. */
  public Fault on(TableName name) {
    return new Fault(kind, before, answer, Optional.of(inClientsBytes(name)), messages);
  }

  /** Statements are read with one character for each byte; UTF-8 is assumed. */
  private static TableName inClientsBytes(TableName name) {
    return new TableName(name.schema().map(Fault::inClientsBytes), inClientsBytes(name.name()));
  }

  private static String inClientsBytes(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }

  /** Returns the kind of failure. */
  public Kind kind() {
    return kind;
  }

  /** Returns PostgreSQL's work before the fault. */
  public Before before() {
    return before;
  }

  /** Returns the number of the client's messages after which it strikes. */
  public int messages() {
    return messages;
  }

  boolean strikesAt(Occasion occasion) {
    boolean triggered =
        kind.trigger() == occasion.trigger()
            || (kind == Kind.COMMIT_CONFLICT && occasion.autocommits());
    return triggered && (table.isEmpty() || occasion.changed().stream().anyMatch(this::isOn));
  }

  private boolean isOn(TableName changed) {
    return table.isPresent() && table.get().mayBe(changed);
  }

  /** The error for the client; empty if its connection ends without one. */
  public Optional<ErrorMessage> answer() {
    return answer;
  }

  /** Shows the kind. */
  @Override
  public String toString() {
    return "Fault[" + kind + "]";
  }
}
