package io.github.dsqljava.local.dialect;

import io.github.dsqljava.local.sql.SqlStatement;
import io.github.dsqljava.local.sql.SqlToken;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A {@link Statement} in the making. Not thread-safe. */
final class Draft {
  private final SqlStatement statement;
  private final Set<Clause> allowed;
  private final boolean within;
  private final Set<Trait> traits;

  private String node = "";
  private StatementClass statementClass = StatementClass.UNKNOWN;
  private TransactionEffect effect = TransactionEffect.NONE;
  private AsyncForm async = AsyncForm.NONE;
  private @Nullable Refusal refusal;
  private @Nullable Explanation explanation;

  /** Whether PostgreSQL decides on the first refusal, and whether there was another one. */
  private boolean refusedBySetting;

  private boolean refusedAgain;

  private final List<Replacement> replacements = new ArrayList<>();

  private record Replacement(int start, int end, String text) {}

  /**
   * A draft without a finding.
   *
   * @param traits the traits that its words have given
   * @param allowed clauses to accept
   */
  Draft(SqlStatement statement, Set<Trait> traits, Set<Clause> allowed) {
    this(statement, traits, allowed, /* within= */ false);
  }

  private Draft(SqlStatement statement, Set<Trait> traits, Set<Clause> allowed, boolean within) {
    this.statement = statement;
    this.traits = EnumSet.noneOf(Trait.class);
    this.traits.addAll(traits);
    this.allowed = allowed;
    this.within = within;
  }

  /** A draft for a statement in the body of this one, with a text of its own. */
  Draft ofBody(SqlStatement part) {
    return new Draft(part, Set.of(), allowed, /* within= */ true);
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

  void explains(Explanation newExplanation) {
    explanation = newExplanation;
  }

  void has(Trait trait) {
    traits.add(trait);
  }

  /** Takes the refusal unless there is one: the client sees the first. */
  void refuse(Refusal newRefusal) {
    if (refusal == null) {
      refusal = newRefusal;
    } else {
      refusedAgain = true;
    }
  }

  /**
   * Refuses a statement for which PostgreSQL would make a job that the client has not asked for.
   */
  void refuseJob() {
    if (node.equals("Index") || node.equals("AlterTable")) {
      refuse(Refusal.notSupported("unsupported statement: " + node, Source.UNLISTED));
    }
  }

  void found(Clause clause) {
    found(clause, "");
  }

  /** Notes a clause, with the value for the words of its refusal. */
  void found(Clause clause, String value) {
    if (!allowed.contains(clause)) {
      clause
          .refusal(value)
          .ifPresent(
              found -> {
                refusedBySetting |= refusal == null && clause.dependsOnSetting();
                refuse(found);
              });
    }
  }

  /** Replaces a token by blanks, so that all other positions stay. */
  void blank(SqlToken token) {
    replace(token, " ".repeat(token.end() - token.start()));
  }

  /** Replaces a token. */
  void replace(SqlToken token, String replacement) {
    replace(token, token, replacement);
  }

  /** Replaces some tokens, which have to come after all tokens replaced before. */
  void replace(SqlToken first, SqlToken last, String replacement) {
    replacements.add(new Replacement(first.start(), last.end(), replacement));
  }

  /** Replaces the whole statement. */
  void replaceAll(String replacement) {
    replacements.clear();
    replacements.add(new Replacement(statement.start(), statement.end(), replacement));
  }

  /** Takes over the replacements in a part of the same text. */
  void replaceAsIn(Draft part) {
    if (part.async == AsyncForm.NONE) {
      replacements.addAll(part.replacements);
    }
  }

  /** Applies the replacements from the last to the first, so that earlier offsets stay valid. */
  private Optional<String> replacement() {
    if (replacements.isEmpty()) {
      return Optional.empty();
    }
    var text = new StringBuilder(statement.text());
    int offset = statement.start();
    for (int i = replacements.size() - 1; i >= 0; i--) {
      Replacement next = replacements.get(i);
      text.replace(next.start() - offset, next.end() - offset, next.text());
    }
    return Optional.of(text.toString());
  }

  Statement finish() {
    if (refusedBySetting && !refusedAgain) {
      traits.add(Trait.REFUSED_BY_SETTING);
    }
    return new Statement(
        node,
        statementClass,
        effect,
        Set.copyOf(traits),
        async,
        Optional.ofNullable(refusal),
        replacement(),
        Optional.ofNullable(explanation),
        statement);
  }
}
