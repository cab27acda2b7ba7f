package io.github.dsqljava.local.dialect;

import io.github.dsqljava.local.sql.SqlStatement;
import io.github.dsqljava.local.sql.SqlToken;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A {@link ClassifiedStatement} in the making. Not thread-safe. */
final class Draft {
  private final SqlStatement statement;
  private final Set<Clause> allowed;
  private final boolean within;

  private String node = "";
  private StatementClass statementClass = StatementClass.UNKNOWN;
  private TransactionEffect effect = TransactionEffect.NONE;
  private AsyncForm async = AsyncForm.NONE;
  private @Nullable Refusal refusal;
  private @Nullable StringBuilder rewritten;
  private final List<Replacement> replacements = new ArrayList<>();

  private record Replacement(int start, int end, String text) {}

  /**
   * A draft without a finding.
   *
   * @param allowed clauses that are not to be refused
   */
  Draft(SqlStatement statement, Set<Clause> allowed) {
    this(statement, allowed, /* within= */ false);
  }

  private Draft(SqlStatement statement, Set<Clause> allowed, boolean within) {
    this.statement = statement;
    this.allowed = allowed;
    this.within = within;
  }

  /** A draft for a statement in the body of this one, with a text of its own. */
  Draft ofBody(SqlStatement part) {
    return new Draft(part, allowed, /* within= */ true);
  }

  /** Whether the statement stands in the body of another one. */
  boolean isInBody() {
    return within;
  }

  SqlStatement statement() {
    return statement;
  }

  boolean isSelect() {
    return node.equals("Select");
  }

  TransactionEffect effect() {
    return effect;
  }

  void is(String newNode, StatementClass newClass, TransactionEffect newEffect) {
    node = newNode;
    statementClass = newClass;
    effect = newEffect;
  }

  void has(TransactionEffect newEffect) {
    effect = newEffect;
  }

  void has(AsyncForm newAsync) {
    async = newAsync;
  }

  /** Takes the refusal unless there is one: the first is what the client sees. */
  void refuse(Refusal newRefusal) {
    if (refusal == null) {
      refusal = newRefusal;
    }
  }

  void found(Clause clause) {
    found(clause, "");
  }

  /** Takes note of a clause, with what belongs into the words of its refusal. */
  void found(Clause clause, String value) {
    if (!allowed.contains(clause)) {
      clause.refusal(value).ifPresent(this::refuse);
    }
  }

  /** Takes a token out and leaves blanks, so that all else stays where it is. */
  void blank(SqlToken token) {
    replace(token, " ".repeat(token.end() - token.start()));
  }

  /** Puts another text in the place of a token. */
  void replace(SqlToken token, String replacement) {
    replace(token, token, replacement);
  }

  /** Puts another text in the place of some tokens, which stand behind all replaced before. */
  void replace(SqlToken first, SqlToken last, String replacement) {
    replacements.add(new Replacement(first.start(), last.end(), replacement));
  }

  /** From the last to the first, so that each is found where it stood. */
  private void applyReplacements() {
    int offset = statement.start();
    for (int i = replacements.size() - 1; i >= 0; i--) {
      Replacement next = replacements.get(i);
      text().replace(next.start() - offset, next.end() - offset, next.text());
    }
    replacements.clear();
  }

  private StringBuilder text() {
    StringBuilder text = rewritten;
    if (text == null) {
      text = new StringBuilder(statement.text());
      rewritten = text;
    }
    return text;
  }

  ClassifiedStatement finish() {
    applyReplacements();
    return new ClassifiedStatement(
        node,
        statementClass,
        effect,
        async,
        Optional.ofNullable(refusal),
        Optional.ofNullable(rewritten).map(StringBuilder::toString),
        statement.start(),
        statement.end());
  }
}
