package io.github.dsqljava.local.protocol;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * PostgreSQL's answer to statements of dsql-local itself, which the client does not see.
 *
 * @param row the last row, as text; empty if there was none
 * @param error the error; null if there was none
 * @param status of the transaction after them
 */
public record Answer(List<String> row, @Nullable ErrorMessage error, TransactionStatus status) {
  /** Returns the SQLSTATE of the error; empty if there was none. */
  public String sqlState() {
    return error == null ? "" : error.sqlState();
  }
}
