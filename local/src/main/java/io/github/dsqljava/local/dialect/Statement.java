package io.github.dsqljava.local.dialect;

import io.github.dsqljava.local.sql.SqlStatement;
import io.github.dsqljava.local.sql.TableName;
import java.util.Optional;
import java.util.Set;

/**
 * The facts in the text of one statement: rules, conflicts, faults, the record and jobs know no
 * others. Made in one pass over the text that the client sent.
 *
 * @param node PostgreSQL's name of its parse node without {@code Stmt}, such as {@code Select};
 *     {@code IamGrant} for {@code AWS IAM}, which PostgreSQL does not know; empty if no statement
 *     begins with its words
 * @param statementClass its purpose
 * @param effect its effect on its transaction
 * @param traits other facts in its words
 * @param async the job it asks for
 * @param refusal the error with which Aurora DSQL answers, no matter what the catalog holds
 * @param replacement the text that PostgreSQL runs in its place; unless the rule behind it says
 *     otherwise, as long as the original, with blanks or comments for what was taken out, so that
 *     positions in errors hold
 * @param explanation how the plan is to be shown, if it asks for one that PostgreSQL is to make
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
    Optional<Explanation> explanation,
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

  /** Returns the text that PostgreSQL runs for it. */
  public String given() {
    return replacement.orElseGet(this::text);
  }

  /** Returns the refusal, unless PostgreSQL decides on it. */
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

  /**
   * Returns the names of the tables whose schema it changes, without their schemas; empty if it may
   * change that of all.
   */
  public Optional<Set<String>> changedObjects() {
    return ChangedObjects.of(tokens);
  }

  /**
   * Whether it has words behind which tables stand, wherever: {@code FROM} or {@code TABLE}. What
   * the functions that it calls read is not in its text.
   */
  public boolean readsTables() {
    for (int i = 0; i < tokens.size(); i++) {
      if (tokens.is(i, "FROM") || tokens.is(i, "TABLE")) {
        return true;
      }
    }
    return false;
  }
}
