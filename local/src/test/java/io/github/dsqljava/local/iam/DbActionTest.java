package io.github.dsqljava.local.iam;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DbActionTest {

  @Test
  void names_areThoseOfIam() {
    assertThat(DbAction.DB_CONNECT.iamName()).isEqualTo("dsql:DbConnect");
    assertThat(DbAction.DB_CONNECT.actionName()).isEqualTo("DbConnect");
    assertThat(DbAction.DB_CONNECT_ADMIN.iamName()).isEqualTo("dsql:DbConnectAdmin");
    assertThat(DbAction.DB_CONNECT_ADMIN.actionName()).isEqualTo("DbConnectAdmin");
  }

  @Test
  void requiredFor_admin_isAdminAction() {
    assertThat(DbAction.requiredFor("admin")).isEqualTo(DbAction.DB_CONNECT_ADMIN);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Admin", "ADMIN", "admin ", "administrator", "postgres", ""})
  void requiredFor_anyOtherUser_isPlainAction(String user) {
    assertThat(DbAction.requiredFor(user)).isEqualTo(DbAction.DB_CONNECT);
  }

  @Test
  void named_findsExactNamesOnly() {
    for (DbAction action : DbAction.values()) {
      assertThat(DbAction.named(action.actionName())).contains(action);
    }
    assertThat(DbAction.named("dbconnect")).isEmpty();
    assertThat(DbAction.named("dsql:DbConnect")).isEmpty();
  }
}
