package io.github.dsqljava.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.local.frontend.RawClient;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Statements that are refused, in places where PostgreSQL finds them and a scanner may not. */
class HiddenStatementsTest extends FaultFixture {
  @BeforeEach
  void fill() throws Exception {
    try (Connection admin = Jdbc.connect(cluster, "admin")) {
      Jdbc.execute(admin, "INSERT INTO t VALUES (7)");
    }
  }

  @Test
  void behindABodyWithLabelsThatLookLikeCase() throws Exception {
    try (RawClient client = loggedIn()) {
      assertThat(
              query(
                  client,
                  "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1 case; END; TRUNCATE t"))
          .containsExactly("C CREATE FUNCTION", "E 0A000 unsupported statement: Truncate", "Z I");
      assertThat(
              query(
                  client,
                  "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1 end; SELECT 2; END"))
          .containsExactly("C CREATE FUNCTION", "Z I");
      assertThat(query(client, "SELECT f()")).contains("D 2");
      query(client, "DROP FUNCTION f");
    }
    assertThat(rows()).containsExactly("7");
  }

  @Test
  void inAFunctionThatReadsStringsInAnotherWay() throws Exception {
    String refused =
        "E 0A000 setting configuration parameter \"standard_conforming_strings\" not supported";
    String body = " AS $$ SELECT '\\''; TRUNCATE t; --'\n $$";
    try (RawClient client = loggedIn()) {
      assertThat(
              query(
                  client,
                  "CREATE FUNCTION f() RETURNS text LANGUAGE sql"
                      + " SET standard_conforming_strings = off"
                      + body))
          .containsExactly(refused, "Z I");
      assertThat(query(client, "CREATE FUNCTION f() RETURNS text LANGUAGE sql" + body))
          .containsExactly("C CREATE FUNCTION", "Z I");
      assertThat(query(client, "ALTER FUNCTION f() SET standard_conforming_strings TO off"))
          .containsExactly(refused, "Z I");
      assertThat(query(client, "ALTER FUNCTION f() STABLE SET search_path TO public"))
          .containsExactly("C ALTER FUNCTION", "Z I");
      query(client, "SELECT f()");
      query(client, "DROP FUNCTION f");
    }
    assertThat(rows()).containsExactly("7");
  }

  @Test
  void mergeInABody() throws Exception {
    try (RawClient client = loggedIn()) {
      assertThat(
              query(
                  client,
                  "CREATE FUNCTION f() RETURNS void BEGIN ATOMIC MERGE INTO t USING (SELECT 1 AS id)"
                      + " s ON t.id = s.id WHEN NOT MATCHED THEN INSERT VALUES (s.id); END"))
          .containsExactly("E 0A000 unsupported statement type: MERGE", "Z I");
    }
  }

  @Test
  void behindABackslashThatIsAPartOfACharacter() throws Exception {
    byte[] text = "SELECT E'?\\'; TRUNCATE t --'\0".getBytes(StandardCharsets.ISO_8859_1);
    text["SELECT E'".length()] = (byte) 0x83; // with a backslash behind it a letter in Shift JIS
    for (String encoding :
        List.of("SJIS", "BIG5", "GBK", "UHC", "GB18030", "JOHAB", "SHIFT_JIS_2004")) {
      for (String set :
          List.of(
              "SET client_encoding TO '" + encoding + "'",
              "SET NAMES '" + encoding + "'",
              "SELECT set_config('client_encoding', '" + encoding + "', false)")) {
        try (RawClient client = loggedIn()) {
          assertThat(query(client, set)).as(set).anyMatch(answer -> answer.startsWith("E "));
          client.send('Q', text);
          client.readUntilReady();
          assertThat(query(client, "SHOW client_encoding")).contains("D UTF8");
        }
      }
    }
    try (RawClient client = loggedIn()) {
      assertThat(query(client, "SET client_encoding TO 'LATIN1'")).contains("C SET");
      assertThat(query(client, "SET client_encoding TO 'EUC_JP'")).contains("C SET");
    }
    assertThat(rows()).containsExactly("7");
  }
}
