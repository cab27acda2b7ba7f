package io.github.dsqljava.local.dialect;

import io.github.dsqljava.local.sql.SqlStatement;
import io.github.dsqljava.local.sql.SqlStatements;
import io.github.dsqljava.local.sql.SqlToken.Kind;
import io.github.dsqljava.local.sql.StatementCursor;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Classifies statements and finds those that Aurora DSQL refuses, as far as their text tells.
 *
 * <p>It does not refuse a text that is no statement of PostgreSQL's, because PostgreSQL itself
 * reports the mistake. A refused statement may also have a syntax error behind its first words. The
 * service checks the syntax first; to do the same, the caller lets PostgreSQL parse the statement
 * before it refuses it.
 *
 * <p>Thread-safe, does not block, never fails, and takes time proportional to the length of the
 * text. Every text is scanned once.
 */
public final class Dialect {
  /**
   * A FunctionCall message, which calls a function by its OID and would bypass every rule, for
   * advisory locks and large objects, too. No source says whether the service accepts it.
   * dsql-local refuses it, like everything that no source lists. Drivers use it for large objects
   * only, which the service does not have.
   */
  public static final Statement FUNCTION_CALL =
      new Statement(
          "FunctionCall",
          StatementClass.UTILITY,
          TransactionEffect.NONE,
          Set.of(),
          AsyncForm.NONE,
          Optional.of(Refusal.notSupported("unsupported statement: FunctionCall", Source.UNLISTED)),
          Optional.empty(),
          Optional.empty(),
          SqlStatements.split("FunctionCall").get(0));

  private final Set<Clause> allowed;
  private final Function<String, List<SqlStatement>> splitter;
  private final StatementTable table = new StatementTable(this::inner);

  private Dialect(Set<Clause> allowed, Function<String, List<SqlStatement>> splitter) {
    this.allowed = allowed;
    this.splitter = splitter;
  }

  /** The dialect as the service has it. */
  public static Dialect standard() {
    return readingBy(SqlStatements::split);
  }

  /**
   * Returns the service's dialect with another splitter of texts, for tests that count its calls.
   */
  static Dialect readingBy(Function<String, List<SqlStatement>> splitter) {
    return new Dialect(EnumSet.noneOf(Clause.class), splitter);
  }

  /** The same dialect, except that a clause is accepted. */
  public Dialect allowing(Clause clause) {
    EnumSet<Clause> newAllowed = EnumSet.of(clause);
    newAllowed.addAll(allowed);
    return new Dialect(newAllowed, splitter);
  }

  /** Reads the SQL of a message in one pass; in two if it may hold marks of {@code AsyncMarks}. */
  public ClientText read(String sql) {
    List<SqlStatement> statements = splitter.apply(sql);
    if (!AsyncMarks.mayBeIn(sql)) {
      return ClientText.of(sql, sql, classify(statements, /* marked= */ false));
    }
    String blanked = AsyncMarks.blankComments(sql, statements);
    boolean marked = AsyncMarks.isIn(blanked);
    return ClientText.of(sql, blanked, classify(splitter.apply(blanked), marked));
  }

  /**
   * The statements of a text, in their order: several in a Query message, at most one in a Parse
   * message. Comments, white space and semicolons alone are no statement.
   */
  public List<Statement> classify(String sql) {
    return read(sql).statements();
  }

  private List<Statement> classify(List<SqlStatement> statements, boolean marked) {
    var classified = new ArrayList<Statement>(statements.size());
    for (SqlStatement statement : statements) {
      classified.add(classify(statement, marked));
    }
    return classified;
  }

  /** The lines of the table of statements. */
  List<StatementForm> forms() {
    return table.forms();
  }

  /**
   * @param marked whether the text of the message contains marks that would make PostgreSQL start
   *     jobs
   */
  private Statement classify(SqlStatement statement, boolean marked) {
    StatementWords words = StatementWords.of(statement);
    Statement plain = PlainStatement.of(statement, words);
    if (plain != null) {
      return plain;
    }
    var draft = new Draft(statement, words.traits(), allowed);
    find(new StatementCursor(statement), draft);
    if (marked) {
      draft.refuseJob();
    }
    return draft.finish();
  }

  /** Reads a statement within another one, which cannot be EXPLAIN or COPY. */
  private void inner(StatementCursor statement, Draft draft) {
    if (!statement.at("EXPLAIN") && !statement.at("COPY")) {
      find(statement, draft);
    }
  }

  private void find(StatementCursor statement, Draft draft) {
    StatementCursor main = statement.copy();
    while (main.at(Kind.LEFT_PARENTHESIS)) {
      main.skip();
    }
    boolean with = main.at("WITH");
    if (with) {
      WithQuery.skip(main);
      while (main.at(Kind.LEFT_PARENTHESIS)) {
        main.skip();
      }
    }
    StatementForm form = table.find(main).orElse(null);
    if (form != null && mayStandHere(form, main, statement, with)) {
      boolean changes = with && WithQuery.changesRows(statement);
      StatementClass statementClass = changes ? StatementClass.DML : form.statementClass();
      draft.is(form.node(), statementClass, TransactionEffect.of(statementClass));
      form.clauses().find(statement, draft);
      form.refusal().ifPresent(draft::refuse);
    }
  }

  /** Only queries and changes of rows stand behind a parenthesis or WITH. */
  private static boolean mayStandHere(
      StatementForm form, StatementCursor main, StatementCursor statement, boolean with) {
    boolean query =
        form.statementClass() == StatementClass.QUERY
            || form.statementClass() == StatementClass.DML;
    return query || (!with && statement.token().equals(main.token()));
  }
}
