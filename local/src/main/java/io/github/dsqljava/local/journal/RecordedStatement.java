package io.github.dsqljava.local.journal;

import java.time.Duration;

/**
 * A statement and its outcome, as its client saw it. Immutable. A cluster makes it; tests of code
 * that reads it can use the builder, too.
 */
public final class RecordedStatement {
  private static final String SERIALIZATION_FAILURE = "40001";
  private static final String FEATURE_NOT_SUPPORTED = "0A000";
  private static final String PROGRAM_LIMIT_EXCEEDED = "54";

  /** The protocol by which a statement came. */
  public enum Protocol {
    /** In a Query message. */
    SIMPLE,
    /** Parse, Bind, Execute. */
    EXTENDED,
    /** A FunctionCall message. */
    FUNCTION_CALL
  }

  /** The outcome of a statement. */
  public enum Outcome {
    /** It was answered with a command tag. */
    SUCCEEDED,
    /** It was answered with an error. */
    FAILED,
    /** It was not run, because something before it in its Query or before its Sync failed. */
    SKIPPED,
    /** Its connection ended before there was an answer. */
    UNANSWERED
  }

  private record Values(
      int processId,
      String user,
      Protocol protocol,
      String sql,
      boolean inTransaction,
      Outcome outcome,
      String tag,
      String sqlState,
      String message) {}

  private final Values values;
  private final Duration duration;

  private RecordedStatement(Values values, Duration duration) {
    this.values = values;
    this.duration = duration;
  }

  /** A builder in which every text is empty. */
  public static Builder builder() {
    return new Builder();
  }

  /** PostgreSQL's process, which is one for each connection. */
  public int processId() {
    return values.processId;
  }

  /** The role of the connection. */
  public String user() {
    return values.user;
  }

  /** The protocol by which it was sent. */
  public Protocol protocol() {
    return values.protocol;
  }

  /**
   * Its text as the client sent it, taken for UTF-8; of several in one Query message, its own part.
   * Parameters of the extended protocol are not kept. Empty for a function call and for the name of
   * a statement that was never prepared.
   */
  public String sql() {
    return values.sql;
  }

  /**
   * Whether a transaction block was open when it was run: not for the BEGIN itself, but for the
   * COMMIT.
   */
  public boolean inTransaction() {
    return values.inTransaction;
  }

  /** Its outcome. */
  public Outcome outcome() {
    return values.outcome;
  }

  /**
   * The command tag, such as {@code INSERT 0 1}; empty unless it succeeded, and empty if Execute's
   * row limit has suspended it.
   */
  public String tag() {
    return values.tag;
  }

  /** The SQLSTATE of its error; empty unless it failed. */
  public String sqlState() {
    return values.sqlState;
  }

  /** The message of its error; empty unless it failed. */
  public String message() {
    return values.message;
  }

  /**
   * The time from its arrival to its answer; it includes the wait for earlier statements. {@link
   * #equals} ignores it.
   */
  public Duration duration() {
    return duration;
  }

  /** Whether it lost against another transaction: SQLSTATE 40001. */
  public boolean isConflict() {
    return sqlState().equals(SERIALIZATION_FAILURE);
  }

  /**
   * Whether it was refused as unsupported or because of a limit: SQLSTATE 0A000, or one of class
   * 54.
   */
  public boolean isRefusal() {
    return sqlState().equals(FEATURE_NOT_SUPPORTED)
        || sqlState().startsWith(PROGRAM_LIMIT_EXCEEDED);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RecordedStatement that && values.equals(that.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  /** All parts by name, except for the duration. */
  @Override
  public String toString() {
    return "RecordedStatement" + values.toString().substring("Values".length());
  }

  /** Collects the parts. Not safe to use from several threads. */
  public static final class Builder {
    private int processId;
    private String user = "";
    private Protocol protocol = Protocol.SIMPLE;
    private String sql = "";
    private boolean inTransaction;
    private Outcome outcome = Outcome.UNANSWERED;
    private String tag = "";
    private String sqlState = "";
    private String message = "";
    private Duration duration = Duration.ZERO;

    private Builder() {}

    /** See {@link RecordedStatement#processId()}. */
    public Builder processId(int value) {
      processId = value;
      return this;
    }

    /** See {@link RecordedStatement#user()}. */
    public Builder user(String value) {
      user = value;
      return this;
    }

    /** See {@link RecordedStatement#protocol()}. */
    public Builder protocol(Protocol value) {
      protocol = value;
      return this;
    }

    /** See {@link RecordedStatement#sql()}. */
    public Builder sql(String value) {
      sql = value;
      return this;
    }

    /** See {@link RecordedStatement#inTransaction()}. */
    public Builder inTransaction(boolean value) {
      inTransaction = value;
      return this;
    }

    /** See {@link RecordedStatement#outcome()}. */
    public Builder outcome(Outcome value) {
      outcome = value;
      return this;
    }

    /** See {@link RecordedStatement#tag()}. */
    public Builder tag(String value) {
      tag = value;
      return this;
    }

    /** See {@link RecordedStatement#sqlState()}. */
    public Builder sqlState(String value) {
      sqlState = value;
      return this;
    }

    /** See {@link RecordedStatement#message()}. */
    public Builder message(String value) {
      message = value;
      return this;
    }

    /** See {@link RecordedStatement#duration()}. */
    public Builder duration(Duration value) {
      duration = value;
      return this;
    }

    /** The statement. */
    public RecordedStatement build() {
      return new RecordedStatement(
          new Values(
              processId, user, protocol, sql, inTransaction, outcome, tag, sqlState, message),
          duration);
    }
  }
}
