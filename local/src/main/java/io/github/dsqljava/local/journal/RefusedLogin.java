package io.github.dsqljava.local.journal;

/**
 * A login that was answered with an error. It does not keep the password. Immutable. A cluster
 * makes it; tests of code that reads it can use the builder, too.
 */
public final class RefusedLogin {
  private record Values(String user, String sqlState, String message, String hint) {}

  private final Values values;

  private RefusedLogin(Values values) {
    this.values = values;
  }

  /** A builder in which every text is empty. */
  public static Builder builder() {
    return new Builder();
  }

  /** The role that the client asked for; empty if the login ended before that. */
  public String user() {
    return values.user;
  }

  /** The SQLSTATE of the error, for example {@code 08006}. */
  public String sqlState() {
    return values.sqlState;
  }

  /** The text of the error. */
  public String message() {
    return values.message;
  }

  /** The hint of the error; empty if there was none. */
  public String hint() {
    return values.hint;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RefusedLogin that && values.equals(that.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  /** All parts by name. */
  @Override
  public String toString() {
    return "RefusedLogin" + values.toString().substring("Values".length());
  }

  /** Collects the parts. Not safe to use from several threads. */
  public static final class Builder {
    private String user = "";
    private String sqlState = "";
    private String message = "";
    private String hint = "";

    private Builder() {}

    /** See {@link RefusedLogin#user()}. */
    public Builder user(String value) {
      user = value;
      return this;
    }

    /** See {@link RefusedLogin#sqlState()}. */
    public Builder sqlState(String value) {
      sqlState = value;
      return this;
    }

    /** See {@link RefusedLogin#message()}. */
    public Builder message(String value) {
      message = value;
      return this;
    }

    /** See {@link RefusedLogin#hint()}. */
    public Builder hint(String value) {
      hint = value;
      return this;
    }

    /** The login. */
    public RefusedLogin build() {
      return new RefusedLogin(new Values(user, sqlState, message, hint));
    }
  }
}
