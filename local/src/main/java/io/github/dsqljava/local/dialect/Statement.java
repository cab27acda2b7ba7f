package io.github.dsqljava.local.dialect;

import io.github.dsqljava.local.sql.SqlStatement;
import io.github.dsqljava.local.sql.TableName;
import java.util.Optional;
import java.util.Set;

/**
 * The facts in the text of one statement. Rules, conflicts, faults, the record and jobs use only
 * these. Made in one pass over the text that the client sent.
 *
 * @param node PostgreSQL's name of its parse node without {@code Stmt}, such as {@code Select};
 *     {@code IamGrant} for {@code AWS IAM}, which PostgreSQL does not know; empty if no statement
 *     begins with its words
 * @param statementClass its purpose
 * @param effect its effect on its transaction
 * @param traits other facts in its words
 * @param async the job it asks for
 * @param refusal the error with which Aurora DSQL answers, no matter what the catalog holds
 * @param replacement the text that PostgreSQL runs instead. Unless its rule says otherwise, it is
 *     as long as the original, with blanks or comments for removed parts, so that positions in
 *     errors stay right
 * @param explanation the requested form of the plan, if it asks PostgreSQL for one
 * @param tokens its tokens, with their positions
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

  /** Returns the tables that it names after INSERT INTO, UPDATE and DELETE FROM, in a WITH too. */
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
   * Whether it contains {@code FROM} or {@code TABLE} anywhere, which come before tables. The
   * tables that its functions read are not in its text.
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
