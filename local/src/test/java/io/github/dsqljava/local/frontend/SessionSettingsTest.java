package io.github.dsqljava.local.frontend;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SessionSettingsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "application_name",
        "client_encoding",
        "DateStyle",
        "extra_float_digits",
        "IntervalStyle",
        "TimeZone",
        "search_path",
        "enable_bitmapscan",
        "enable_hashjoin",
        "enable_indexonlyscan",
        "enable_indexscan",
        "enable_material",
        "enable_mergejoin",
        "enable_nestloop",
        "enable_seqscan"
      })
  void of_allowedSetting_reachesPostgres(String name) {
    SessionSettings settings = of(Map.of(name, "x"));
    assertThat(settings.refused()).isEmpty();
    assertThat(settings.backendSettings()).containsEntry(name, "x");
  }

  @ParameterizedTest
  @ValueSource(strings = {"dsql.enable_batched_nestloop", "disable_sync_create_index"})
  void of_settingOfTheServiceAlone_isAcceptedAndKeptFromPostgres(String name) {
    SessionSettings settings = of(Map.of(name, "on"));
    assertThat(settings.refused()).isEmpty();
    assertThat(settings.backendSettings()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "statement_timeout",
        "lock_timeout",
        "work_mem",
        "default_transaction_isolation",
        "row_security",
        "role",
        "replication",
        "session_replication_role"
      })
  void of_otherSetting_isRefusedByName(String name) {
    assertThat(of(Map.of(name, "1")).refused()).contains(name);
    assertThat(of(Map.of("options", "-c " + name + "=1")).refused()).contains(name);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "-c search_path=a|a",
        "-csearch_path=a|a",
        "--search_path=a|a",
        "--search-path=a|a",
        "  -c   search_path=a  |a",
        "-c search_path=a\\ b|a b",
        "-c search_path=a\\\\b|a\\b",
        "-c search_path=x=y|x=y",
        "-c search_path=old -c search_path=a|a"
      })
  void of_options_areReadLikePostgresReadsThem(String options, String value) {
    SessionSettings settings = of(Map.of("options", options));
    assertThat(settings.refused()).isEmpty();
    assertThat(settings.backendSettings()).containsEntry("search_path", value);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-c", "-c search_path", "-x", "search_path=a", "-c =a", "--", "-F"})
  void of_optionsThatAreNoSetting_areRefused(String options) {
    assertThat(of(Map.of("options", options)).refused()).isPresent();
  }

  @Test
  void of_parameterAndOptionOfOneName_parameterWins() {
    Map<String, String> both = new LinkedHashMap<>();
    both.put("search_path", "parameter");
    both.put("options", "-c search_path=option");
    assertThat(of(both).backendSettings()).containsEntry("search_path", "parameter");
  }

  @Test
  void of_clusterIdOption_isTakenOut() {
    SessionSettings settings = of(Map.of("options", "-c amzn-cluster-id=abc"));
    assertThat(settings.requestedClusterId()).contains("abc");
    assertThat(settings.refused()).isEmpty();
    assertThat(settings.backendSettings()).isEmpty();
  }

  @Test
  void of_protocolExtension_isNoSetting() {
    assertThat(of(Map.of("_pq_.x", "1")).refused()).isEmpty();
  }

  private static SessionSettings of(Map<String, String> more) {
    Map<String, String> parameters = new LinkedHashMap<>();
    parameters.put("user", "admin");
    parameters.put("database", "postgres");
    parameters.putAll(more);
    return SessionSettings.of(new StartupPacket(0, parameters));
  }
}
