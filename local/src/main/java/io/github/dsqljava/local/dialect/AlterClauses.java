package io.github.dsqljava.local.dialect;

import io.github.dsqljava.local.sql.StatementCursor;

/**
 * {@code ALTER}, for any object: renaming it, giving it another owner and moving it to another
 * schema are statements of their own to PostgreSQL.
 */
enum AlterClauses implements ClauseFinder {
  /** An object that the service lets a user alter. */
  SUPPORTED {
    @Override
    public void find(StatementCursor statement, Draft draft) {
      if (statement.holds("RENAME")) {
        draft.is("Rename", StatementClass.DDL, TransactionEffect.DDL);
      } else if (statement.holds("OWNER", "TO")) {
        draft.is("AlterOwner", StatementClass.DDL, TransactionEffect.DDL);
      } else if (statement.holds("SET", "SCHEMA")) {
        draft.is("AlterObjectSchema", StatementClass.DDL, TransactionEffect.DDL);
      }
    }
  },

  /** Any other object. */
  UNSUPPORTED {
    @Override
    public void find(StatementCursor statement, Draft draft) {
      SUPPORTED.find(statement, draft);
      if (statement.holds("RENAME")) {
        draft.found(Clause.RENAME_OTHER_OBJECT);
      } else if (statement.holds("OWNER", "TO")) {
        draft.found(Clause.ALTER_OTHER_OWNER);
      } else if (statement.holds("SET", "SCHEMA")) {
        draft.found(Clause.ALTER_OTHER_SCHEMA);
      }
    }
  },

  /** A domain: refuses actions that would have to check existing values. */
  DOMAIN {
    @Override
    public void find(StatementCursor statement, Draft draft) {
      StatementCursor action = statement.copy();
      action.accept("ALTER", "DOMAIN");
      action.qualifiedName();
      if (action.at("SET", "NOT", "NULL")) {
        draft.found(Clause.ALTER_DOMAIN, "SET NOT NULL");
      } else if (action.at("ADD")) {
        draft.found(Clause.ALTER_DOMAIN, "ADD CONSTRAINT");
      } else if (action.at("VALIDATE")) { // nothing could be left to validate
        draft.found(Clause.ALTER_DOMAIN, "VALIDATE CONSTRAINT");
      } else {
        SUPPORTED.find(statement, draft);
      }
    }
  },

  /** A function, whose settings decide how PostgreSQL parses its body. */
  ROUTINE {
    @Override
    public void find(StatementCursor statement, Draft draft) {
      SettingClauses.findInRoutine(statement.copy(), draft);
      SUPPORTED.find(statement, draft);
    }
  },

  /** Adding, renaming or removing a value of an enumeration is no renaming. */
  TYPE {
    @Override
    public void find(StatementCursor statement, Draft draft) {
      if (statement.holds("RENAME") && !statement.holds("RENAME", "VALUE")) {
        draft.is("Rename", StatementClass.DDL, TransactionEffect.DDL);
        draft.found(Clause.RENAME_OBJECT);
      }
    }
  },

  /** {@code ALTER TABLE}, of which only these two forms are another node. */
  TABLE {
    private final ClauseFinder actions = new AlterTableClauses();

    @Override
    public void find(StatementCursor statement, Draft draft) {
      StatementCursor cursor = statement.copy();
      cursor.accept("ALTER", "TABLE");
      cursor.accept("IF", "EXISTS");
      cursor.accept("ONLY");
      cursor.qualifiedName();
      cursor.acceptOperator("*");
      if (cursor.at("RENAME")) {
        draft.is("Rename", StatementClass.DDL, TransactionEffect.DDL);
      } else if (cursor.at("SET", "SCHEMA")) {
        draft.is("AlterObjectSchema", StatementClass.DDL, TransactionEffect.DDL);
      } else {
        actions.find(statement, draft);
      }
    }
  },

  ROLE {
    @Override
    public void find(StatementCursor statement, Draft draft) {
      statement.skip();
      statement.skip();
      statement.identifier();
      if (statement.accept("IN", "DATABASE")) {
        statement.identifier();
      }
      if (statement.at("RENAME")) {
        draft.is("Rename", StatementClass.DDL, TransactionEffect.DDL);
      } else if (statement.at("SET") || statement.at("RESET")) {
        draft.is("AlterRoleSet", StatementClass.DDL, TransactionEffect.DDL);
        draft.found(Clause.ALTER_ROLE_SET);
      } else {
        draft.found(Clause.ALTER_ROLE);
      }
    }
  },

  DATABASE {
    @Override
    public void find(StatementCursor statement, Draft draft) {
      statement.accept("ALTER", "DATABASE");
      statement.identifier();
      if (statement.at("RESET") || (statement.at("SET") && !statement.at("SET", "TABLESPACE"))) {
        draft.is("AlterDatabaseSet", StatementClass.DDL, TransactionEffect.DDL);
        draft.found(Clause.ALTER_DATABASE_SET);
      } else {
        UNSUPPORTED.find(statement, draft);
      }
    }
  }
}
