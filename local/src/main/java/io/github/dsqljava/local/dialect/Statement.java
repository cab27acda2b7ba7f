package io.github.dsqljava.local.dialect;

import io.github.dsqljava.local.sql.SqlStatement;
import io.github.dsqljava.local.sql.TableName;
import java.util.Optional;
import java.util.Set;

/**
 * What the text of one statement tells: all that rules, conflicts, faults, the record and jobs know
 * of it. Made in one pass over the text that the client sent.
 *
 * @param node PostgreSQL's name of its parse node without {@code Stmt}, such as {@code Select};
 *     {@code IamGrant} for {@code AWS IAM}, which PostgreSQL does not know; empty for what no
 *     statement begins with
 * @param statementClass what it is for
 * @param effect what it means to its transaction
 * @param traits what else its words tell
 * @param async the job it asks for
 * @param refusal the error Aurora DSQL answers with whatever the catalog holds
 * @param replacement what PostgreSQL is to run in its place; unless the rule behind it says
 *     otherwise, as long as the original, with blanks or comments for what was taken out, so that
 *     positions in errors hold
 * @param tokens its tokens, and where they stand
 */
public record Statement(
    String node,
    StatementClass statementClass,
    TransactionEffect effect,
    Set<Trait> traits,
    AsyncForm async,
    Optional<Refusal> refusal,
    Optional<String> replacement,
    SqlStatement tokens) {

  /** Whether it has a trait. */
  public boolean has(Trait trait) {
    return traits.contains(trait);
  }

  /** Returns the offset of its first character in the text. */
  public int start() {
    return tokens.start();
  }

  /** Returns the offset behind its last character, before the semicolon. */
  public int end() {
    return tokens.end();
  }

  /** Returns it as the client sent it. */
  public String text() {
    return tokens.text();
  }

  /** Returns what PostgreSQL runs for it. */
  public String given() {
    return replacement.orElseGet(this::text);
  }

  /** Returns the refusal, unless PostgreSQL decides about it. */
  public Optional<Refusal> certainRefusal() {
    return has(Trait.REFUSED_BY_SETTING) ? Optional.empty() : refusal;
  }

  /** Whether its answer has the id of a job in it. */
  public boolean asksForJob() {
    return async != AsyncForm.NONE && refusal.isEmpty();
  }

  /** Returns the tables it names behind INSERT INTO, UPDATE and DELETE FROM, in a WITH too. */
  public Set<TableName> changedTables() {
    return ChangedTables.of(tokens);
  }
}
