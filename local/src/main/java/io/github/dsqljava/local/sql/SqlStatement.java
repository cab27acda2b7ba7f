package io.github.dsqljava.local.sql;

import java.util.List;

/**
 * One statement of a text: its tokens without comments and without the closing semicolon.
 *
 * @param tokens in their order, at least one
 */
public record SqlStatement(List<SqlToken> tokens) {
  public SqlStatement {
    if (tokens.isEmpty()) {
      throw new IllegalArgumentException("tokens must not be empty");
    }
    tokens = List.copyOf(tokens);
  }

  /** Offset of the first token in the text. */
  public int start() {
    return tokens.get(0).start();
  }

  /** Offset behind the last token. */
  public int end() {
    return tokens.get(tokens.size() - 1).end();
  }

  /** The statement as it stands in the text, with the comments inside it. */
  public String text() {
    return tokens.get(0).sql().substring(start(), end());
  }
}
