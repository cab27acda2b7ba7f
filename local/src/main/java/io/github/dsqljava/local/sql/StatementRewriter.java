package io.github.dsqljava.local.sql;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/**
 * Turns statements that only Aurora DSQL has into SQL that makes PostgreSQL do what they do.
 *
 * <p>For Query messages, which may hold several statements, and for Parse messages alike. The
 * replacements call procedures of the schema {@code sys}, which the local cluster provides: {@code
 * aws_iam_grant(role, arn)}, {@code aws_iam_revoke(role, arn)} and {@code refuse(sqlstate,
 * message)}. Leaving the answer to PostgreSQL keeps what surrounds it right: an aborted transaction
 * still comes first, and an error still aborts one.
 *
 * <p>Thread-safe, does not block, never fails, and takes time proportional to the length of the
 * text. Statements that no rule concerns cost a look at their first word.
 */
public final class StatementRewriter {
  /** A first key word, and the rules for it in the order in which they are asked. */
  private record Entry(String keyword, List<StatementRule> rules) {}

  private final List<Entry> entries;

  StatementRewriter(List<StatementRule> rules) {
    var byKeyword = new LinkedHashMap<String, List<StatementRule>>();
    for (StatementRule rule : rules) {
      for (String keyword : rule.firstKeywords()) {
        byKeyword.computeIfAbsent(keyword, unused -> new ArrayList<>()).add(rule);
      }
    }
    var newEntries = new ArrayList<Entry>();
    byKeyword.forEach((keyword, list) -> newEntries.add(new Entry(keyword, List.copyOf(list))));
    entries = List.copyOf(newEntries);
  }

  /** The rules of Aurora DSQL. */
  public static StatementRewriter standard() {
    return new StatementRewriter(List.of(new IamGrantRule()));
  }

  /**
   * The SQL to run instead.
   *
   * @return the same object if nothing is to be changed; otherwise a text in which single
   *     statements are replaced, and all else, comments too, stands as it was
   */
  public String rewrite(String sql) {
    if (!concernsAnyRule(sql)) {
      return sql;
    }
    var rewritten = new StringBuilder();
    int copied = 0;
    for (SqlStatement statement : SqlStatements.split(sql)) {
      Optional<String> replacement = replacement(statement);
      if (replacement.isPresent()) {
        rewritten.append(sql, copied, statement.start()).append(replacement.get());
        copied = statement.end();
      }
    }
    return copied == 0 ? sql : rewritten.append(sql, copied, sql.length()).toString();
  }

  private Optional<String> replacement(SqlStatement statement) {
    SqlToken first = statement.tokens().get(0);
    for (Entry entry : entries) {
      if (first.is(entry.keyword())) {
        return entry.rules().stream()
            .map(rule -> rule.replacement(statement))
            .flatMap(Optional::stream)
            .findFirst();
      }
    }
    return Optional.empty();
  }

  private boolean concernsAnyRule(String sql) {
    var scanner = new SqlScanner(sql);
    if (!scanner.advanceSignificant()) {
      return false;
    }
    if (beginsWithKeyword(scanner)) {
      return true;
    }
    if (!mayHoldSecondStatement(sql, scanner.end())) {
      return false;
    }
    var boundary = new StatementBoundary();
    do {
      if (boundary.isAtStart() && beginsWithKeyword(scanner)) {
        return true;
      }
      boundary.endsAt(scanner);
    } while (scanner.advanceSignificant());
    return false;
  }

  private boolean beginsWithKeyword(SqlScanner scanner) {
    // No stream and no substring: this runs for every message.
    for (int i = 0; i < entries.size(); i++) {
      if (scanner.is(entries.get(i).keyword())) {
        return true;
      }
    }
    return false;
  }

  /** Whether anything stands behind the first semicolon; that it is no comment is not checked. */
  private static boolean mayHoldSecondStatement(String sql, int from) {
    int semicolon = sql.indexOf(';', from);
    if (semicolon < 0) {
      return false;
    }
    int rest = semicolon + 1;
    while (rest < sql.length() && SqlCharacters.isWhitespace(sql.charAt(rest))) {
      rest++;
    }
    return rest < sql.length();
  }
}
