package io.github.dsqljava.local.dialect;

import java.util.List;
import java.util.Optional;

/**
 * A line of {@link StatementTable}.
 *
 * @param words the keywords that it begins with, without the optional ones behind CREATE
 * @param node PostgreSQL's name of the parse node without {@code Stmt}
 * @param statementClass its purpose
 * @param refusal the refusal of the whole statement
 * @param clauses looks at its clauses, before the whole is refused
 */
record StatementForm(
    List<String> words,
    String node,
    StatementClass statementClass,
    Optional<Refusal> refusal,
    ClauseFinder clauses) {

  static StatementForm works(String words, String node, StatementClass statementClass) {
    return works(words, node, statementClass, ClauseFinder.NONE);
  }

  static StatementForm works(
      String words, String node, StatementClass statementClass, ClauseFinder clauses) {
    return new StatementForm(
        List.of(words.split(" ")), node, statementClass, Optional.empty(), clauses);
  }

  /** Refused in the usual words. */
  static StatementForm refused(
      String words, String node, StatementClass statementClass, Source source) {
    return refused(words, node, statementClass, "unsupported statement: " + node, source);
  }

  static StatementForm refused(
      String words, String node, StatementClass statementClass, String message, Source source) {
    return works(words, node, statementClass)
        .with(Optional.of(Refusal.notSupported(message, source)), ClauseFinder.NONE);
  }

  StatementForm with(ClauseFinder newClauses) {
    return with(refusal, newClauses);
  }

  private StatementForm with(Optional<Refusal> newRefusal, ClauseFinder newClauses) {
    return new StatementForm(words, node, statementClass, newRefusal, newClauses);
  }
}
