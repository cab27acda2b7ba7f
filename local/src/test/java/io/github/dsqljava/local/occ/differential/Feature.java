package io.github.dsqljava.local.occ.differential;

/** What histories may use. Each one can be switched off alone. */
enum Feature {
  /** Statements by key and by range, and queries. */
  BASIC,

  // Schemas.
  /** A unique column, a CHECK, a generated column, views on views. */
  ACCOUNTS,
  /** Quoted, reserved and odd names. */
  NAMES,
  /** Names that dsql-local uses for itself. */
  OWN_NAMES,
  /** A key of two columns, and a table without one. */
  COMPOSITE,
  /** Partial and expression unique indexes, NULLS NOT DISTINCT. */
  INDEXES,
  /** Foreign keys with all actions. */
  FOREIGN_KEYS,
  /** Domains, functions in constraints and generated columns, row types. */
  CHECKS,
  /** The same, and the functions call others without their schema. */
  NESTED_FUNCTIONS,
  /** A constraint that old rows break. */
  NOT_VALID,
  /** Two schemas with tables of one name. */
  TWO_SCHEMAS,
  /** Rows from ten bytes to 100 KB, in many pages with holes. */
  SIZES,
  /** Functions that read and change tables. */
  FUNCTIONS,
  /** Roles with few rights, views and functions with others. */
  RIGHTS,
  /** Statements that change several tables; rows that follow others of their own table. */
  LEDGER,

  // Statements.
  /** Inserts a key that may be there, or have been there. */
  OLD_KEYS,
  ON_CONFLICT_DO_NOTHING,
  ON_CONFLICT_DO_UPDATE,
  /** Changes a primary key or a unique column. */
  KEY_CHANGES,
  LOCK_READS,
  INSERT_SELECT,
  /** Several rows, of which one is wrong. */
  ERRORS,
  VIEWS,
  /** Deletes parents or changes their keys. */
  PARENT_CHANGES,
  /** Foreign keys that are checked at COMMIT. */
  DEFERRED,
  /** Changes in a WITH clause. */
  WITH_CHANGES,
  /** Rows that a function or a view locks. */
  LOCKS_UNSEEN,
  /** A whole row as a function's argument. */
  ROW_FUNCTIONS,
  /** A change of search_path within a transaction. */
  SEARCH_PATH,
  /** A table that is called like its schema. */
  SCHEMA_CALLED_LIKE_TABLE,
  DEFINER_FUNCTIONS
}
