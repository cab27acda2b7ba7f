package io.github.dsqljava.local.dialect;

import io.github.dsqljava.local.dialect.Explanation.Format;
import io.github.dsqljava.local.sql.SqlToken;
import io.github.dsqljava.local.sql.SqlToken.Kind;
import io.github.dsqljava.local.sql.StatementCursor;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * {@code EXPLAIN}. The explained statement is refused as if it stood alone (inferred). It runs only
 * with ANALYZE. dsql-local asks PostgreSQL for JSON with all details. The client's options come
 * first, so that PostgreSQL reports mistakes in them; of equal options the last one counts.
 */
final class ExplainClauses implements ClauseFinder {
  private static final String ASKED = "VERBOSE, FORMAT JSON)";

  private final MainStatement inner;

  ExplainClauses(MainStatement inner) {
    this.inner = inner;
  }

  /** The options that the client gave; of several with one name the last counts. */
  private static final class Options {
    private boolean analyze;
    private boolean verbose;
    private Format format = Format.TEXT;
    private @Nullable SqlToken last;
  }

  @Override
  public void find(StatementCursor statement, Draft draft) {
    SqlToken explain = statement.token();
    statement.accept("EXPLAIN");
    Options asked = new Options();
    if (isOptions(statement)) {
      boolean closed = isClosed(statement);
      StatementCursor options = statement.group();
      while (!options.atEnd()) {
        read(options.element(), asked);
      }
      SqlToken last = asked.last;
      if (closed && last != null) {
        ask(draft, last, last, last.text() + ", " + ASKED.substring(0, ASKED.length() - 1), asked);
      }
    } else {
      SqlToken first = statement.atEnd() ? explain : statement.token();
      asked.analyze = statement.accept("ANALYZE") || statement.accept("ANALYSE");
      SqlToken second = statement.atEnd() ? first : statement.token();
      asked.verbose = statement.accept("VERBOSE");
      if (asked.analyze || asked.verbose) {
        String words = asked.analyze ? "(ANALYZE, " + ASKED : "(" + ASKED;
        ask(draft, first, asked.verbose ? second : first, words, asked);
      } else {
        ask(draft, explain, explain, explain.text() + " (" + ASKED, asked);
      }
    }
    inner.find(statement, draft);
    draft.is(
        "Explain", StatementClass.UTILITY, asked.analyze ? draft.effect() : TransactionEffect.NONE);
  }

  private static void ask(Draft draft, SqlToken first, SqlToken last, String words, Options asked) {
    draft.replace(first, last, words);
    draft.explains(
        new Explanation(
            asked.format,
            asked.verbose,
            asked.analyze,
            last.end() - draft.statement().start(),
            words.length() - (last.end() - first.start())));
  }

  private static void read(StatementCursor option, Options asked) {
    StatementCursor rest = option.copy();
    String name = option.name().orElse("");
    switch (name) {
      case "analyze", "analyse" -> asked.analyze = isOn(option);
      case "verbose" -> asked.verbose = isOn(option);
      case "format" -> asked.format = format(option).orElse(asked.format);
      default -> {}
    }
    while (!rest.atEnd()) {
      asked.last = rest.token();
      rest.skip();
    }
  }

  /** Takes a value that PostgreSQL will refuse as on; it makes no difference. */
  private static boolean isOn(StatementCursor option) {
    if (option.at(Kind.NUMBER)) {
      return !option.token().text().equals("0");
    }
    String value = word(option).toLowerCase(Locale.ROOT);
    return !value.equals("false") && !value.equals("off");
  }

  private static Optional<Format> format(StatementCursor option) {
    String value = word(option);
    for (Format format : Format.values()) {
      if (format.name().toLowerCase(Locale.ROOT).equals(value)) {
        return Optional.of(format);
      }
    }
    return Optional.empty();
  }

  private static String word(StatementCursor option) {
    StatementCursor text = option.copy();
    return option.identifier().or(text::string).orElse("");
  }

  private static boolean isClosed(StatementCursor statement) {
    StatementCursor ahead = statement.copy();
    ahead.skipGroup();
    // An unclosed group reaches to the end, and nothing is left to be explained.
    return !ahead.atEnd();
  }

  /** Whether options follow, and not a query in parentheses. */
  private static boolean isOptions(StatementCursor statement) {
    if (!statement.at(Kind.LEFT_PARENTHESIS)) {
      return false;
    }
    StatementCursor inside = statement.copy().group();
    return !inside.at("SELECT")
        && !inside.at("WITH")
        && !inside.at("VALUES")
        && !inside.at("TABLE")
        && !inside.at(Kind.LEFT_PARENTHESIS);
  }
}
