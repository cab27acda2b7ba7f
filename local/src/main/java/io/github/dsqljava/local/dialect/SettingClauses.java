package io.github.dsqljava.local.dialect;

import io.github.dsqljava.local.sql.SqlToken;
import io.github.dsqljava.local.sql.SqlToken.Kind;
import io.github.dsqljava.local.sql.StatementCursor;
import java.util.Optional;

/** {@code SET}, {@code RESET} and {@code SHOW}. */
final class SettingClauses implements ClauseFinder {
  @Override
  public void find(StatementCursor statement, Draft draft) {
    if (statement.accept("SET")) {
      draft.has(Trait.SETS);
      set(statement, draft);
    } else if (statement.accept("RESET")) {
      draft.has(Trait.SETS);
      reset(statement, draft);
    } else {
      statement.accept("SHOW");
      // Every setting may be shown, except for dsql-local's own, which clients must not see.
      Optional<String> shown = parameter(statement, draft);
      shown.filter(Settings::isOurs).ifPresent(name -> draft.found(Clause.UNKNOWN_SETTING, name));
      if (shown.filter(Settings.SYNC_INDEX::equalsIgnoreCase).isPresent()) {
        draft.has(Trait.SHOWS_RENAMED);
      }
    }
  }

  private static void set(StatementCursor cursor, Draft draft) {
    // SESSION is a scope, unless it begins one of these two forms, which may follow a scope.
    if (cursor.at("SESSION")
        && !cursor.at("SESSION", "AUTHORIZATION")
        && !cursor.at("SESSION", "CHARACTERISTICS")) {
      cursor.skip();
    } else {
      cursor.accept("LOCAL");
    }
    if (cursor.accept("SESSION", "CHARACTERISTICS", "AS", "TRANSACTION")) {
      modes(cursor)
          .flatMap(TransactionModes::unsupportedLevel)
          .ifPresent(level -> draft.found(Clause.ISOLATION_LEVEL, level));
    } else if (cursor.accept("TRANSACTION", "SNAPSHOT")) {
      // Inferred: PostgreSQL's own name for what this form of SET changes.
      draft.found(Clause.SETTING, "TRANSACTION SNAPSHOT");
    } else if (cursor.accept("TRANSACTION")) {
      modes(cursor).ifPresent(modes -> transaction(modes, draft));
    } else if (!isAcceptedForm(cursor)) {
      refusedForm(cursor)
          .or(() -> assigned(cursor, draft))
          .filter(name -> !Settings.isAccepted(name))
          .ifPresent(name -> draft.found(Clause.SETTING, name));
    }
  }

  /**
   * Checks the settings that a function makes while it runs. PostgreSQL parses the body with them,
   * so a setting for the parsing of strings could show PostgreSQL other statements than those
   * checked here. A body behind BEGIN ATOMIC ends the definition; SET is a part of UPDATE there.
   */
  static void findInRoutine(StatementCursor statement, Draft draft) {
    for (; !statement.atEnd() && !statement.at("BEGIN", "ATOMIC"); statement.skipGroup()) {
      if (!statement.at("SET")) {
        continue;
      }
      statement.skip();
      StatementCursor setting = statement.copy();
      Optional<String> name = setting.identifier();
      while (name.isPresent() && setting.accept(Kind.DOT)) {
        String before = name.get();
        name = setting.identifier().map(part -> before + "." + part);
      }
      if (Settings.isAssignment(setting)) {
        name.filter(parameter -> !Settings.isAccepted(parameter))
            .ifPresent(parameter -> draft.found(Clause.SETTING, parameter));
      }
    }
  }

  private static void transaction(TransactionModes modes, Draft draft) {
    modes
        .unsupportedLevel()
        .ifPresentOrElse(
            level -> draft.found(Clause.ISOLATION_LEVEL, level),
            () -> draft.found(Clause.SET_TRANSACTION));
  }

  /** SET, unlike BEGIN, needs at least one mode. */
  private static Optional<TransactionModes> modes(StatementCursor cursor) {
    return TransactionModes.parse(cursor).filter(modes -> modes.count() > 0);
  }

  /** Notations of their own for {@code timezone}, {@code client_encoding}, {@code search_path}. */
  private static boolean isAcceptedForm(StatementCursor cursor) {
    return cursor.at("TIME", "ZONE")
        || (cursor.at("NAMES") && !isAssigned(cursor))
        || (cursor.at("SCHEMA") && !isAssigned(cursor));
  }

  private static Optional<String> refusedForm(StatementCursor cursor) {
    if (cursor.at("SESSION", "AUTHORIZATION")) {
      return Optional.of("session_authorization");
    }
    if (cursor.at("ROLE") && !isAssigned(cursor)) {
      // One report of 2026-08-28 saw SET LOCAL ROLE refused too; the guide lists it as accepted.
      return Optional.of("role");
    }
    return cursor.at("XML", "OPTION") ? Optional.of("xmloption") : Optional.empty();
  }

  private static boolean isAssigned(StatementCursor cursor) {
    StatementCursor ahead = cursor.copy();
    ahead.skip();
    return Settings.isAssignment(ahead);
  }

  private static Optional<String> assigned(StatementCursor cursor, Draft draft) {
    Optional<String> name = parameter(cursor, draft);
    return Settings.isAssignment(cursor) ? name : Optional.empty();
  }

  private static void reset(StatementCursor cursor, Draft draft) {
    if (cursor.at("ALL") || cursor.at("TIME", "ZONE")) {
      return;
    }
    Optional<String> name =
        cursor.at("TRANSACTION", "ISOLATION", "LEVEL")
            ? Optional.of("transaction_isolation")
            : refusedForm(cursor).or(() -> parameter(cursor, draft));
    name.filter(parameter -> !Settings.isAccepted(parameter))
        .ifPresent(parameter -> draft.found(Clause.SETTING, parameter));
  }

  /** Reads the name of a parameter, with its dots. */
  private static Optional<String> parameter(StatementCursor cursor, Draft draft) {
    if (cursor.atEnd()) {
      return Optional.empty();
    }
    SqlToken first = cursor.token();
    Optional<String> name = cursor.identifier();
    if (name.isPresent()
        && Settings.SYNC_INDEX.equalsIgnoreCase(name.get())
        && Settings.isComplete(cursor)) {
      draft.replace(first, Settings.SYNC_INDEX_IN_POSTGRESQL);
    }
    while (name.isPresent() && cursor.accept(Kind.DOT)) {
      String before = name.get();
      name = cursor.identifier().map(part -> before + "." + part);
    }
    return name;
  }
}
