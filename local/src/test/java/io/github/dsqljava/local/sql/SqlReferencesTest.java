package io.github.dsqljava.local.sql;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SqlReferencesTest {
  @Test
  void requalify_qualifiedNames_areReplacedWhereTheyStandForTables() {
    assertThat(
            SqlReferences.requalify(
                "SELECT a.t.x, \"a\" . \"t\".y, 'a.t', b.t, x.a.t FROM A.T -- a.t",
                (schema, name) -> schema.equals("a") && name.equals("t") ? "pg_temp.\"t\"" : ""))
        .isEqualTo(
            "SELECT pg_temp.\"t\".x, pg_temp.\"t\".y, 'a.t', b.t, x.a.t FROM pg_temp.\"t\" -- a.t");
  }

  @Test
  void names_ofAStatement_areAllThatOccur() {
    assertThat(SqlReferences.names(SqlStatements.split("SELECT \"A\".b FROM C").get(0)))
        .contains("A", "b", "c");
  }
}
