package io.github.dsqljava.local.dialect;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The parts of statements that Aurora DSQL refuses although it knows the statement. Each has one
 * line with the words of the refusal, in which {@code <x>} stands for a part of the statement, and
 * with their source. A clause that the service accepts later gets a {@code Since} in place of a
 * refusal.
 *
 * <p>Statements that are refused as a whole are in {@link StatementTable}.
 */
public enum Clause {
  // Queries
  LOCKING("locking clauses other than FOR UPDATE/FOR KEY SHARE are not supported", Source.PROBED),
  TABLESAMPLE("TABLESAMPLE clause not supported", Source.CROSS_CHECKED),
  SELECT_INTO("unsupported statement: CreateTableAs", Source.WORDS_UNKNOWN),
  ADVISORY_LOCK("function <x> not supported", Source.CROSS_CHECKED),

  // CREATE TABLE
  TEMPORARY_TABLE("TEMPORARY or TEMP table not supported for CREATE TABLE", Source.CROSS_CHECKED),
  UNLOGGED_TABLE("UNLOGGED table not supported for CREATE TABLE", Source.CROSS_CHECKED),
  TABLE_AS("unsupported statement: CreateTableAs", Source.CROSS_CHECKED),
  PARTITION_BY("PARTITION BY clause not supported for CREATE TABLE", Source.CROSS_CHECKED),
  PARTITION_OF("PARTITION OF clause not supported for CREATE TABLE", Source.CROSS_CHECKED),
  INHERITS("INHERITS clause not supported for CREATE TABLE", Source.WORDS_UNKNOWN),
  TABLESPACE("TABLESPACE clause not supported for CREATE TABLE", Source.WORDS_UNKNOWN),
  STORAGE_PARAMETERS("WITH clause not supported for CREATE TABLE", Source.WORDS_UNKNOWN),
  // The only table access method there is btree_table, and the guide's syntax has no USING.
  TABLE_USING("USING clause not supported for CREATE TABLE", Source.WORDS_UNKNOWN),
  ON_COMMIT("ON COMMIT clause not supported for CREATE TABLE", Source.WORDS_UNKNOWN),
  COMPRESSION("COMPRESSION clause not supported for CREATE TABLE", Source.WORDS_UNKNOWN),
  EXCLUDE("EXCLUDE constraint not supported", Source.WORDS_UNKNOWN),
  COLLATE("COLLATE clause not supported", Source.CROSS_CHECKED),
  DEFERRABLE_KEY("DEFERRABLE constraint not supported", Source.CROSS_CHECKED),
  DEFERRABLE_CHECK("CHECK constraints cannot be marked DEFERRABLE", Source.CROSS_CHECKED),
  SERIAL_TYPE("42704", "type \"<x>\" does not exist", Source.CROSS_CHECKED),
  IDENTITY_WITHOUT_CACHE(
      "identity column is not supported without an explicit cache size. please define CACHE greater"
          + " than or equal to 65536 or equal to 1",
      Source.PROBED),
  // The words and the SQLSTATE are those for a sequence, which an identity column has.
  IDENTITY_CACHE_SIZE(
      "22023",
      "CACHE (<x>) must be greater than or equal to 65536 or equal to 1",
      Source.WORDS_UNKNOWN),

  // CREATE SEQUENCE
  SEQUENCE_WITHOUT_CACHE(
      "CREATE SEQUENCE is not supported without an explicit cache size. please define CACHE greater"
          + " than or equal to 65536 or equal to 1",
      Source.PROBED),
  // Only the words were measured. The SQLSTATE is PostgreSQL's for a size below 1.
  SEQUENCE_CACHE_SIZE(
      "22023",
      "CACHE (<x>) must be greater than or equal to 65536 or equal to 1",
      Source.AWS_STAFF),

  // ALTER TABLE
  ADD_COLUMN_CONSTRAINT("ALTER TABLE ADD COLUMN with constraint not supported", Source.PROBED),
  ALTER_TABLE("unsupported ALTER TABLE <x> statement", Source.CROSS_CHECKED),
  ALTER_TABLE_LINTED("unsupported ALTER TABLE <x> statement", Source.LINTED),
  // The pattern of the lines above with the name that PostgreSQL gives the action.
  ALTER_TABLE_UNLISTED("unsupported ALTER TABLE <x> statement", Source.UNLISTED),
  ALTER_TABLE_ASYNC("unsupported ALTER TABLE ASYNC statement", Source.UNLISTED),

  // CREATE INDEX, DROP INDEX
  INDEX_CONCURRENTLY("CONCURRENTLY not supported for CREATE INDEX", Source.CROSS_CHECKED),
  INDEX_USING("USING not supported for CREATE INDEX", Source.CROSS_CHECKED),
  /** The service takes it with {@code disable_sync_create_index} off. */
  INDEX_WITHOUT_ASYNC("unsupported mode. please use CREATE INDEX ASYNC.", Source.PROBED),
  INDEX_SORT_ORDER("specifying sort order not supported for index keys", Source.CROSS_CHECKED),
  INDEX_OPERATOR_CLASS("opclass not supported for index keys", Source.CROSS_CHECKED),
  // ASYNC is a reserved word there; the words are PostgreSQL's for any reserved word.
  INDEX_NAMED_ASYNC("42601", "syntax error at or near \"<x>\"", Source.WORDS_UNKNOWN),
  PARTIAL_INDEX(new Since("2026-09-15")),
  EXPRESSION_INDEX(new Since("2026-08-13")),
  DROP_INDEX_CONCURRENTLY(
      "DROP INDEX CONCURRENTLY must be first action in transaction", Source.GATHERED),

  // Settings and transactions
  SETTING("setting configuration parameter \"<x>\" not supported", Source.CROSS_CHECKED),
  UNKNOWN_SETTING("42704", "unrecognized configuration parameter \"<x>\"", Source.CROSS_CHECKED),
  SET_TRANSACTION("setting configuration parameter \"TRANSACTION\" not supported", Source.PROBED),
  ISOLATION_LEVEL("Unsupported isolation level: <x>", Source.PROBED),

  // Other objects
  TEMPORARY_VIEW("TEMPORARY or TEMP view not supported for CREATE VIEW", Source.WORDS_UNKNOWN),
  TEMPORARY_SEQUENCE(
      "TEMPORARY or TEMP sequence not supported for CREATE SEQUENCE", Source.WORDS_UNKNOWN),
  /** A domain, a function or statistics in the schema pg_temp. */
  TEMPORARY_OBJECT("TEMPORARY or TEMP <x> not supported", Source.UNLISTED),
  ENUM_TYPE("CREATE TYPE not supported", Source.CROSS_CHECKED),
  COMPOSITE_TYPE("unsupported statement: CompositeType", Source.CROSS_CHECKED),
  RANGE_TYPE("unsupported statement: CreateRange", Source.CROSS_CHECKED),
  BASE_TYPE("unsupported statement: Define", Source.UNLISTED),
  ALTER_ROLE("unsupported statement: AlterRole", Source.WORDS_UNKNOWN),
  ALTER_ROLE_SET("unsupported statement: AlterRoleSet", Source.WORDS_UNKNOWN),
  ALTER_DATABASE_SET("unsupported statement: AlterDatabaseSet", Source.UNLISTED),
  // Refused as of 2026-11-30; the words follow those for ALTER TABLE.
  ALTER_DOMAIN("unsupported ALTER DOMAIN <x> statement", Source.WORDS_UNKNOWN),
  FUNCTION_LANGUAGE("CREATE FUNCTION with language <x> not supported", Source.CROSS_CHECKED),
  DROP_DOMAIN_CASCADE("DROP DOMAIN with CASCADE unsupported", Source.DSQLBASE),
  RENAME_OBJECT("unsupported object in RENAME statement", Source.CROSS_CHECKED),
  // The sources have it for types only.
  RENAME_OTHER_OBJECT("unsupported object in RENAME statement", Source.UNLISTED),
  ALTER_OTHER_OWNER("unsupported statement: AlterOwner", Source.UNLISTED),
  ALTER_OTHER_SCHEMA("unsupported statement: AlterObjectSchema", Source.UNLISTED),
  GRANT_ON_PUBLIC("feature not supported on system entity", Source.CROSS_CHECKED),
  GRANT_ON_DATABASE("unsupported object type in GRANT", Source.CROSS_CHECKED),

  // Utilities
  // Seen with its SQLSTATE on 2026-08-28, without its words.
  ANALYZE_WITHOUT_RELATION("unsupported ANALYZE statement", Source.WORDS_UNKNOWN),
  // One relation works; the answer to several is unknown.
  ANALYZE_SEVERAL_RELATIONS("unsupported ANALYZE statement", Source.UNLISTED),
  COPY_FILE("unsupported statement: Copy", Source.WORDS_UNKNOWN);

  /** The first day on which the service accepts it, in the notation of ISO 8601. */
  private record Since(String date) {}

  private final String sqlState;
  private final @Nullable String pattern;
  private final Source source;

  Clause(String message, Source source) {
    this(Refusal.FEATURE_NOT_SUPPORTED, message, source);
  }

  Clause(String sqlState, String message, Source source) {
    this.sqlState = sqlState;
    this.pattern = message;
    this.source = source;
  }

  // The day is for readers of this table.
  @SuppressWarnings("UnusedVariable")
  Clause(Since since) {
    this.sqlState = "00000";
    this.pattern = null;
    this.source = Source.CROSS_CHECKED;
  }

  /** Whether the service accepts it with another value of a setting. */
  boolean dependsOnSetting() {
    return this == INDEX_WITHOUT_ASYNC;
  }

  /** The refusal, if it is refused, with a value from the statement in its words. */
  Optional<Refusal> refusal(String value) {
    return pattern == null
        ? Optional.empty()
        : Optional.of(new Refusal(sqlState, pattern.replace("<x>", value), source));
  }
}
