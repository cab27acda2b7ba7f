package io.github.dsqljava.local.request;

import io.github.dsqljava.local.dialect.ClientText;
import io.github.dsqljava.local.dialect.Statement;
import io.github.dsqljava.local.protocol.Parse;
import org.jspecify.annotations.Nullable;

/**
 * A prepared statement of the extended protocol.
 *
 * @param text the text that the client sent, and the text for PostgreSQL
 * @param given the Parse message for PostgreSQL
 */
public record Prepared(ClientText text, Parse given) {
  static Prepared of(Parse sent, ClientText text) {
    return new Prepared(text, sent.withSql(text.given()));
  }

  /** Returns its name; empty for the unnamed one. */
  public String name() {
    return given.name();
  }

  /** Returns its statement; null if there is none, or several, which PostgreSQL refuses. */
  public @Nullable Statement statement() {
    return text.statements().size() == 1 ? text.statements().get(0) : null;
  }

  /** Whether the service refuses it in every state of the transaction. */
  boolean isRefused() {
    Statement statement = statement();
    return statement != null && statement.certainRefusal().isPresent();
  }
}
