package io.github.dsqljava.local.dialect;

import static io.github.dsqljava.local.dialect.Source.CROSS_CHECKED;
import static io.github.dsqljava.local.dialect.Source.LINTED;
import static io.github.dsqljava.local.dialect.Source.PROBED;
import static io.github.dsqljava.local.dialect.Source.UNLISTED;
import static io.github.dsqljava.local.dialect.Source.WORDS_UNKNOWN;
import static io.github.dsqljava.local.dialect.StatementClass.DDL;
import static io.github.dsqljava.local.dialect.StatementClass.DML;
import static io.github.dsqljava.local.dialect.StatementClass.QUERY;
import static io.github.dsqljava.local.dialect.StatementClass.SETTING;
import static io.github.dsqljava.local.dialect.StatementClass.TRANSACTION;
import static io.github.dsqljava.local.dialect.StatementClass.UTILITY;
import static io.github.dsqljava.local.dialect.StatementForm.refused;
import static io.github.dsqljava.local.dialect.StatementForm.works;

import io.github.dsqljava.local.sql.StatementCursor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The statements of PostgreSQL 16, one line each, with the ones that Aurora DSQL refuses as a
 * whole. A statement that the service accepts later becomes {@code works}.
 *
 * <p>Clauses refused within statements are in {@link Clause}.
 */
final class StatementTable {
  private static final String UNDROPPABLE = "unsupported object in DROP statement";

  /** Words between CREATE and the kind of object; PostgreSQL checks whether they go together. */
  private static final Set<String> CREATE_MODIFIERS =
      Set.of(
          "OR",
          "REPLACE",
          "GLOBAL",
          "LOCAL",
          "TEMP",
          "TEMPORARY",
          "UNLOGGED",
          "RECURSIVE",
          "UNIQUE",
          "CONSTRAINT",
          "DEFAULT",
          "TRUSTED",
          "PROCEDURAL");

  private final List<StatementForm> forms;
  private final Map<String, List<StatementForm>> byFirstWord = new HashMap<>();

  /**
   * The table.
   *
   * @param inner classifies statements within others
   */
  StatementTable(MainStatement inner) {
    var newForms = new ArrayList<StatementForm>();
    newForms.addAll(queries(inner));
    newForms.addAll(transactions());
    newForms.addAll(tables());
    newForms.addAll(otherObjects(inner));
    newForms.addAll(foreignAndExtended());
    newForms.addAll(drops());
    newForms.addAll(utilities());
    forms = List.copyOf(newForms);
    // The longest first: PREPARE TRANSACTION before PREPARE.
    newForms.sort(
        Comparator.comparing(
            (StatementForm form) -> form.words().size(), Comparator.reverseOrder()));
    for (StatementForm form : newForms) {
      byFirstWord.computeIfAbsent(form.words().get(0), unused -> new ArrayList<>()).add(form);
    }
  }

  private static List<StatementForm> queries(MainStatement inner) {
    ClauseFinder clauses = new QueryClauses();
    return List.of(
        works("SELECT", "Select", QUERY, clauses),
        works("VALUES", "Select", QUERY, clauses),
        works("TABLE", "Select", QUERY, clauses),
        works("INSERT", "Insert", DML, clauses),
        works("UPDATE", "Update", DML, clauses),
        works("DELETE", "Delete", DML, clauses),
        refused("MERGE", "Merge", DML, "unsupported statement type: MERGE", CROSS_CHECKED),
        works("COPY", "Copy", UTILITY, new CopyClauses(inner)),
        works("EXPLAIN", "Explain", UTILITY, new ExplainClauses(inner)),
        refused("DECLARE", "DeclareCursor", UTILITY, CROSS_CHECKED),
        refused("FETCH", "Fetch", UTILITY, UNLISTED),
        refused("MOVE", "Fetch", UTILITY, UNLISTED),
        refused("CLOSE", "ClosePortal", UTILITY, UNLISTED));
  }

  private static List<StatementForm> transactions() {
    ClauseFinder clauses = new TransactionClauses();
    String unsupported = "unsupported transaction statement: ";
    return List.of(
        works("BEGIN", "Transaction", TRANSACTION, clauses),
        works("START TRANSACTION", "Transaction", TRANSACTION, clauses),
        works("COMMIT", "Transaction", TRANSACTION, clauses),
        works("END", "Transaction", TRANSACTION, clauses),
        works("ROLLBACK", "Transaction", TRANSACTION, clauses),
        works("ABORT", "Transaction", TRANSACTION, clauses),
        refused("SAVEPOINT", "Transaction", TRANSACTION, unsupported + "SAVEPOINT", PROBED),
        refused("RELEASE", "Transaction", TRANSACTION, unsupported + "RELEASE", PROBED),
        refused("ROLLBACK TO", "Transaction", TRANSACTION, unsupported + "ROLLBACK TO", PROBED),
        refused(
            "ROLLBACK WORK TO", "Transaction", TRANSACTION, unsupported + "ROLLBACK TO", PROBED),
        refused(
            "ROLLBACK TRANSACTION TO",
            "Transaction",
            TRANSACTION,
            unsupported + "ROLLBACK TO",
            PROBED),
        refused(
            "PREPARE TRANSACTION",
            "Transaction",
            TRANSACTION,
            unsupported + "PREPARE TRANSACTION",
            WORDS_UNKNOWN),
        refused(
            "COMMIT PREPARED",
            "Transaction",
            TRANSACTION,
            unsupported + "COMMIT PREPARED",
            WORDS_UNKNOWN),
        refused(
            "ROLLBACK PREPARED",
            "Transaction",
            TRANSACTION,
            unsupported + "ROLLBACK PREPARED",
            WORDS_UNKNOWN),
        works(
            "SET CONSTRAINTS",
            "ConstraintsSet",
            TRANSACTION,
            (statement, draft) -> draft.has(Trait.SETS)),
        refused("LOCK", "Lock", UTILITY, CROSS_CHECKED));
  }

  private static List<StatementForm> tables() {
    return List.of(
        works("CREATE TABLE", "Create", DDL, new TableClauses()),
        works("ALTER TABLE", "AlterTable", DDL, AlterClauses.TABLE),
        refused("ALTER TABLE ALL IN TABLESPACE", "AlterTableMoveAll", DDL, UNLISTED),
        works("CREATE INDEX", "Index", DDL, new IndexClauses()),
        works("ALTER INDEX", "AlterTable", DDL, AlterClauses.SUPPORTED),
        refused("ALTER INDEX ALL IN TABLESPACE", "AlterTableMoveAll", DDL, UNLISTED),
        works("CREATE SEQUENCE", "CreateSeq", DDL, new SequenceClauses()),
        works("ALTER SEQUENCE", "AlterSeq", DDL, AlterClauses.SUPPORTED),
        works("CREATE VIEW", "View", DDL, new ViewClauses()),
        works("ALTER VIEW", "AlterTable", DDL, AlterClauses.SUPPORTED),
        refused("CREATE MATERIALIZED VIEW", "CreateTableAs", DDL, CROSS_CHECKED),
        refused("REFRESH MATERIALIZED VIEW", "RefreshMatView", DDL, UNLISTED),
        works(
            "CREATE STATISTICS",
            "CreateStats",
            DDL,
            (statement, draft) -> TemporaryName.find(statement, "statistics", draft)),
        works("ALTER STATISTICS", "AlterStats", DDL, AlterClauses.SUPPORTED),
        refused("CREATE TRIGGER", "CreateTrig", DDL, "CREATE TRIGGER not supported", CROSS_CHECKED),
        refused("CREATE POLICY", "CreatePolicy", DDL, CROSS_CHECKED),
        refused("ALTER POLICY", "AlterPolicy", DDL, LINTED).with(AlterClauses.UNSUPPORTED),
        refused("CREATE RULE", "Rule", DDL, CROSS_CHECKED),
        refused("TRUNCATE", "Truncate", DDL, CROSS_CHECKED),
        works("COMMENT ON", "Comment", DDL));
  }

  private static List<StatementForm> otherObjects(MainStatement inner) {
    return List.of(
        works("CREATE SCHEMA", "CreateSchema", DDL, new SchemaClauses(inner)),
        works("ALTER SCHEMA", "AlterOwner", DDL, AlterClauses.SUPPORTED),
        works("CREATE DOMAIN", "CreateDomain", DDL, new DomainClauses()),
        works("ALTER DOMAIN", "AlterDomain", DDL, AlterClauses.DOMAIN),
        works("CREATE TYPE", "Define", DDL, new TypeClauses()),
        refused("ALTER TYPE", "AlterType", DDL, "ALTER TYPE not supported", CROSS_CHECKED)
            .with(AlterClauses.TYPE),
        works("CREATE FUNCTION", "CreateFunction", DDL, new FunctionClauses(inner)),
        works("ALTER FUNCTION", "AlterFunction", DDL, AlterClauses.ROUTINE),
        works("ALTER ROUTINE", "AlterFunction", DDL, AlterClauses.ROUTINE),
        works("ALTER PROCEDURE", "AlterFunction", DDL, AlterClauses.ROUTINE),
        refused(
            "CREATE PROCEDURE", "CreateFunction", DDL, "PROCEDURE is not supported", CROSS_CHECKED),
        works("CREATE ROLE", "CreateRole", DDL),
        works("CREATE USER", "CreateRole", DDL),
        works("CREATE GROUP", "CreateRole", DDL),
        works("ALTER ROLE", "AlterRole", DDL, AlterClauses.ROLE),
        works("ALTER USER", "AlterRole", DDL, AlterClauses.ROLE),
        works("ALTER GROUP", "AlterRole", DDL, AlterClauses.ROLE),
        works("GRANT", "Grant", DDL, new GrantClauses()),
        works("REVOKE", "Grant", DDL, new GrantClauses()),
        works("ALTER DEFAULT PRIVILEGES", "AlterDefaultPrivileges", DDL),
        // No statements of PostgreSQL's. It is inferred that they count as DDL like GRANT.
        works("AWS IAM GRANT", "IamGrant", DDL, new IamGrantClauses()),
        works("AWS IAM REVOKE", "IamGrant", DDL, new IamGrantClauses()),
        refused("DROP OWNED", "DropOwned", DDL, UNLISTED),
        refused("REASSIGN OWNED", "ReassignOwned", DDL, UNLISTED),
        refused("SECURITY LABEL", "SecLabel", DDL, UNLISTED),
        refused("CREATE DATABASE", "Createdb", DDL, CROSS_CHECKED),
        refused("ALTER DATABASE", "AlterDatabase", DDL, UNLISTED).with(AlterClauses.DATABASE),
        refused("DROP DATABASE", "Dropdb", DDL, UNLISTED),
        refused("CREATE TABLESPACE", "CreateTableSpace", DDL, CROSS_CHECKED),
        refused("ALTER TABLESPACE", "AlterTableSpaceOptions", DDL, UNLISTED)
            .with(AlterClauses.UNSUPPORTED),
        refused("DROP TABLESPACE", "DropTableSpace", DDL, UNLISTED));
  }

  private static List<StatementForm> foreignAndExtended() {
    return List.of(
        refused("CREATE EXTENSION", "CreateExtension", DDL, CROSS_CHECKED),
        refused("ALTER EXTENSION", "AlterExtension", DDL, UNLISTED).with(AlterClauses.UNSUPPORTED),
        refused("CREATE AGGREGATE", "Define", DDL, CROSS_CHECKED),
        refused("ALTER AGGREGATE", "AlterOwner", DDL, LINTED).with(AlterClauses.UNSUPPORTED),
        refused("CREATE OPERATOR", "Define", DDL, UNLISTED),
        refused("ALTER OPERATOR", "AlterOperator", DDL, UNLISTED).with(AlterClauses.UNSUPPORTED),
        refused("CREATE OPERATOR CLASS", "CreateOpClass", DDL, UNLISTED),
        refused("CREATE OPERATOR FAMILY", "CreateOpFamily", DDL, UNLISTED),
        refused("ALTER OPERATOR FAMILY", "AlterOpFamily", DDL, UNLISTED)
            .with(AlterClauses.UNSUPPORTED),
        refused("CREATE COLLATION", "Define", DDL, UNLISTED),
        refused("ALTER COLLATION", "AlterCollation", DDL, UNLISTED).with(AlterClauses.UNSUPPORTED),
        refused("CREATE TEXT SEARCH", "Define", DDL, CROSS_CHECKED),
        refused("ALTER TEXT SEARCH CONFIGURATION", "AlterTSConfiguration", DDL, CROSS_CHECKED)
            .with(AlterClauses.UNSUPPORTED),
        refused("ALTER TEXT SEARCH DICTIONARY", "AlterTSDictionary", DDL, UNLISTED)
            .with(AlterClauses.UNSUPPORTED),
        refused("CREATE CAST", "CreateCast", DDL, UNLISTED),
        refused("CREATE CONVERSION", "CreateConversion", DDL, UNLISTED),
        refused("CREATE TRANSFORM", "CreateTransform", DDL, UNLISTED),
        refused("CREATE LANGUAGE", "CreatePLang", DDL, UNLISTED),
        refused("CREATE ACCESS METHOD", "CreateAm", DDL, UNLISTED),
        refused("CREATE EVENT TRIGGER", "CreateEventTrig", DDL, UNLISTED),
        refused("ALTER EVENT TRIGGER", "AlterEventTrig", DDL, UNLISTED)
            .with(AlterClauses.UNSUPPORTED),
        refused("CREATE FOREIGN TABLE", "CreateForeignTable", DDL, CROSS_CHECKED),
        refused("CREATE FOREIGN DATA WRAPPER", "CreateFdw", DDL, UNLISTED),
        refused("ALTER FOREIGN DATA WRAPPER", "AlterFdw", DDL, UNLISTED)
            .with(AlterClauses.UNSUPPORTED),
        refused("IMPORT FOREIGN SCHEMA", "ImportForeignSchema", DDL, UNLISTED),
        refused("CREATE SERVER", "CreateForeignServer", DDL, LINTED),
        refused("ALTER SERVER", "AlterForeignServer", DDL, UNLISTED).with(AlterClauses.UNSUPPORTED),
        refused("CREATE USER MAPPING", "CreateUserMapping", DDL, UNLISTED),
        refused("ALTER USER MAPPING", "AlterUserMapping", DDL, UNLISTED),
        refused("DROP USER MAPPING", "DropUserMapping", DDL, UNLISTED),
        refused("CREATE PUBLICATION", "CreatePublication", DDL, UNLISTED),
        refused("ALTER PUBLICATION", "AlterPublication", DDL, UNLISTED)
            .with(AlterClauses.UNSUPPORTED),
        refused("CREATE SUBSCRIPTION", "CreateSubscription", DDL, UNLISTED),
        refused("ALTER SUBSCRIPTION", "AlterSubscription", DDL, UNLISTED)
            .with(AlterClauses.UNSUPPORTED),
        refused("DROP SUBSCRIPTION", "DropSubscription", DDL, UNLISTED));
  }

  private static List<StatementForm> drops() {
    ClauseFinder clauses = new DropClauses();
    return List.of(
        works("DROP TABLE", "Drop", DDL),
        works("DROP VIEW", "Drop", DDL),
        works("DROP INDEX", "Drop", DDL, clauses),
        works("DROP SEQUENCE", "Drop", DDL),
        works("DROP STATISTICS", "Drop", DDL),
        works("DROP SCHEMA", "Drop", DDL),
        works("DROP DOMAIN", "Drop", DDL, clauses),
        works("DROP FUNCTION", "Drop", DDL),
        works("DROP ROUTINE", "Drop", DDL),
        works("DROP PROCEDURE", "Drop", DDL),
        // There is none to drop, but IF EXISTS is accepted.
        works("DROP TRIGGER", "Drop", DDL),
        works("DROP ROLE", "DropRole", DDL),
        works("DROP USER", "DropRole", DDL),
        works("DROP GROUP", "DropRole", DDL),
        undroppable("DROP TYPE", CROSS_CHECKED),
        undroppable("DROP MATERIALIZED VIEW", LINTED),
        undroppable("DROP POLICY", LINTED),
        undroppable("DROP RULE", UNLISTED),
        undroppable("DROP EXTENSION", UNLISTED),
        undroppable("DROP AGGREGATE", UNLISTED),
        undroppable("DROP OPERATOR", UNLISTED),
        undroppable("DROP COLLATION", UNLISTED),
        undroppable("DROP CONVERSION", UNLISTED),
        undroppable("DROP CAST", UNLISTED),
        undroppable("DROP TRANSFORM", UNLISTED),
        undroppable("DROP LANGUAGE", UNLISTED),
        undroppable("DROP PROCEDURAL LANGUAGE", UNLISTED),
        undroppable("DROP ACCESS METHOD", UNLISTED),
        undroppable("DROP EVENT TRIGGER", UNLISTED),
        undroppable("DROP TEXT SEARCH", UNLISTED),
        undroppable("DROP FOREIGN TABLE", UNLISTED),
        undroppable("DROP FOREIGN DATA WRAPPER", UNLISTED),
        undroppable("DROP SERVER", UNLISTED),
        undroppable("DROP PUBLICATION", UNLISTED));
  }

  private static List<StatementForm> utilities() {
    ClauseFinder settings = new SettingClauses();
    ClauseFinder analyze = new AnalyzeClauses();
    return List.of(
        works("SET", "VariableSet", SETTING, settings),
        works("RESET", "VariableSet", SETTING, settings),
        works("SHOW", "VariableShow", SETTING, settings),
        refused("ALTER SYSTEM", "AlterSystem", UTILITY, CROSS_CHECKED),
        works("ANALYZE", "Vacuum", UTILITY, analyze),
        works("ANALYSE", "Vacuum", UTILITY, analyze),
        refused("VACUUM", "Vacuum", UTILITY, "unsupported VACUUM statement", CROSS_CHECKED),
        refused("CLUSTER", "Cluster", UTILITY, UNLISTED),
        refused("REINDEX", "Reindex", UTILITY, UNLISTED),
        refused("CHECKPOINT", "CheckPoint", UTILITY, UNLISTED),
        works("CALL", "Call", UTILITY, new CallClauses()),
        refused("DO", "Do", UTILITY, CROSS_CHECKED),
        refused("LISTEN", "Listen", UTILITY, CROSS_CHECKED),
        refused("NOTIFY", "Notify", UTILITY, CROSS_CHECKED),
        refused("UNLISTEN", "Unlisten", UTILITY, CROSS_CHECKED),
        refused("LOAD", "Load", UTILITY, WORDS_UNKNOWN),
        refused("DISCARD", "Discard", UTILITY, WORDS_UNKNOWN),
        refused("PREPARE", "Prepare", UTILITY, WORDS_UNKNOWN),
        refused("EXECUTE", "Execute", UTILITY, WORDS_UNKNOWN),
        works("DEALLOCATE ALL", "Deallocate", UTILITY),
        works("DEALLOCATE PREPARE ALL", "Deallocate", UTILITY),
        refused("DEALLOCATE", "Deallocate", UTILITY, WORDS_UNKNOWN));
  }

  private static StatementForm undroppable(String words, Source source) {
    return refused(words, "Drop", DDL, UNDROPPABLE, source);
  }

  /** All lines. */
  List<StatementForm> forms() {
    return forms;
  }

  /** Returns the line for a statement, if there is one; does not move the cursor. */
  Optional<StatementForm> find(StatementCursor statement) {
    if (statement.atEnd()) {
      return Optional.empty();
    }
    List<StatementForm> candidates =
        byFirstWord.getOrDefault(statement.token().text().toUpperCase(Locale.ROOT), List.of());
    for (StatementForm form : candidates) {
      if (matches(form, statement.copy())) {
        return Optional.of(form);
      }
    }
    return Optional.empty();
  }

  private static boolean matches(StatementForm form, StatementCursor statement) {
    List<String> words = form.words();
    for (int i = 0; i < words.size(); i++) {
      if (i == 1 && words.get(0).equals("CREATE")) {
        skipModifiers(statement);
      }
      if (!statement.accept(words.get(i))) {
        return false;
      }
    }
    return true;
  }

  private static void skipModifiers(StatementCursor statement) {
    while (!statement.atEnd()
        && CREATE_MODIFIERS.contains(statement.token().text().toUpperCase(Locale.ROOT))) {
      statement.skip();
    }
  }
}
