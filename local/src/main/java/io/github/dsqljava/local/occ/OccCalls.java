package io.github.dsqljava.local.occ;

import io.github.dsqljava.local.protocol.Call;
import io.github.dsqljava.local.sql.SqlStrings;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/**
 * The calls of the functions in {@code occ.sql}, with the password that they ask for. Clients can
 * call these functions too, but do not know it.
 */
final class OccCalls {
  private static final Call BACK_TO_BASE = Call.of("ROLLBACK TO SAVEPOINT " + Transaction.BASE);

  /** Sets {@link Transaction#STATEMENT}. */
  static final Call SET_STATEMENT = Call.of("SAVEPOINT " + Transaction.STATEMENT);

  /** Makes changes look at the snapshot, too. */
  static final Call BE_BEHIND = Call.of(Transaction.BE_BEHIND);

  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int PASSWORD_BYTES = 24;

  private final String password;

  private OccCalls(String password) {
    this.password = password;
  }

  /** Returns calls with a new password. */
  static OccCalls withNewPassword() {
    byte[] bytes = new byte[PASSWORD_BYTES];
    RANDOM.nextBytes(bytes);
    return new OccCalls(HexFormat.of().formatHex(bytes));
  }

  /** Returns what makes the functions take the password, and no older one. For the superuser. */
  String install() {
    return "DELETE FROM dsql_internal.occ_password;"
        + " INSERT INTO dsql_internal.occ_password VALUES (pg_catalog.encode(pg_catalog.sha256("
        + SqlStrings.quote(password)
        + "), 'hex'))";
  }

  /**
   * Returns the steps, and behind them what rolls a transaction back to its base and runs the
   * client's SET statements again, which that has undone.
   */
  static List<Call> thenBackToBase(Transaction transaction, Call... steps) {
    List<Call> script = new ArrayList<>(List.of(steps));
    script.add(BACK_TO_BASE);
    transaction.settings().forEach(sql -> script.add(Call.of(sql)));
    if (steps.length == 0) {
      script.addAll(configure(transaction)); // the steps save what it has set since
    }
    return script;
  }

  /**
   * Returns calls that restore the settings which the client has made by {@code set_config}. They
   * return no row, so that the row of an earlier call stays the last one.
   */
  static List<Call> configure(Transaction transaction) {
    return transaction.configured().stream()
        .map(
            made ->
                Call.of(
                    "SELECT 1 WHERE pg_catalog.set_config($1, pg_catalog.convert_from("
                        + "pg_catalog.decode($2, 'hex'), 'UTF8'), $3::pg_catalog.bool) IS NULL",
                    made.name(),
                    made.value(),
                    Boolean.toString(made.isLocal())))
        .toList();
  }

  /** Reads the changes of the transaction. */
  Call save(Transaction transaction) {
    return Call.of(
        "SELECT *, dsql_internal.configured_settings() FROM dsql_internal.occ_save($1, $2)",
        password,
        transaction.logPosition());
  }

  /** Reads the changes of the transaction on its shadows. */
  Call saveShadows(Savings savings) {
    return Call.of(
        "SELECT *, dsql_internal.configured_settings() FROM dsql_internal.occ_save_shadows($1, $2)",
        password,
        savings.shadows());
  }

  /**
   * Repeats changes on the real tables. The answer is the number of key shares that cannot be taken
   * again.
   *
   * @param splits whether a changed key is a deletion and an insertion
   */
  Call repeat(Savings savings, boolean splits) {
    return Call.of(
        "SELECT dsql_internal.occ_repeat($1, $2, $3, $4)",
        password,
        savings.changes(),
        savings.counted(),
        Boolean.toString(splits));
  }

  /**
   * Makes shadows of the tables with these names, and of those that have to do with them.
   *
   * @param reads whether the statement that names them only reads
   */
  Call overlay(Savings savings, Set<String> names, boolean reads) {
    return Call.of(
        "SELECT * FROM dsql_internal.occ_overlay($1, " + SqlStrings.array(names) + ", $2, $3, $4)",
        password,
        Boolean.toString(reads),
        savings.changes(),
        savings.shadows());
  }

  /**
   * Makes views on shadows.
   *
   * @param views in the form of {@code occ_overlay_views}
   */
  Call overlayViews(Savings savings, String views) {
    return Call.of(
        "SELECT shadows FROM dsql_internal.occ_overlay_views($1, $2, $3) AS x (shadows)",
        password,
        views,
        savings.shadows());
  }

  /** Reads the functions of clients. */
  Call functions() {
    return Call.of("SELECT * FROM dsql_internal.occ_functions($1)", password);
  }
}
