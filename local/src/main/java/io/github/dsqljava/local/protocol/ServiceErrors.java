package io.github.dsqljava.local.protocol;

import java.time.Duration;

/**
 * The errors of the service that PostgreSQL does not have, in the service's words. {@link
 * ServiceWords} translates those that PostgreSQL words differently.
 *
 * <p>{@code OC000} as recorded on a cluster in September 2026 (GitHub Dreamescaper/dsql-emulator),
 * {@code OC001} from AWS's guide for agents (awslabs/mcp, October 2026), {@code server unavailable}
 * from the Aurora DSQL User Guide, "Troubleshooting" (September 2026).
 */
public final class ServiceErrors {
  private static final String SERIALIZATION_FAILURE = "40001";
  private static final String LIMIT_EXCEEDED = "54000";

  private ServiceErrors() {}

  /** Another transaction has changed the same row and has committed first. */
  public static ErrorMessage rowConflict() {
    return ErrorMessage.error(
        SERIALIZATION_FAILURE, "change conflicts with another transaction (OC000)");
  }

  /** Another session has changed the schema. */
  public static ErrorMessage schemaConflict() {
    return ErrorMessage.error(
        SERIALIZATION_FAILURE, "schema has been updated by another transaction (OC001)");
  }

  /** Whether an error is a {@link #schemaConflict}. */
  public static boolean isSchemaConflict(ErrorMessage error) {
    return error.sqlState().equals(SERIALIZATION_FAILURE) && error.message().contains("OC001");
  }

  /** The service does not change the schema and rows in one transaction. */
  public static ErrorMessage schemaChangeWithData() {
    return ErrorMessage.error("0A000", "ddl and dml are not supported in the same transaction");
  }

  /** A transaction has gone beyond a limit, which shows at its COMMIT. */
  public static ErrorMessage limit(ErrorMessage found) {
    return ErrorMessage.error(LIMIT_EXCEEDED, found.message());
  }

  /** A transaction has become too old. */
  public static ErrorMessage tooOld(Duration age, Duration limit) {
    return ErrorMessage.error(
            LIMIT_EXCEEDED, "transaction age limit of " + limit.toSeconds() + "s exceeded")
        .with(
            'D',
            "Current transaction age " + age.toSeconds() + "s exceeds " + limit.toSeconds() + "s");
  }

  /** The error that leaves the outcome of a statement unknown. */
  public static ErrorMessage serverUnavailable() {
    return ErrorMessage.error("XX000", "server unavailable");
  }

  /** Text inferred: the service's words for the loss of a node are unknown. */
  public static ErrorMessage connectionLost() {
    return ErrorMessage.fatal("08006", "the connection to the cluster was lost");
  }

  /** PostgreSQL's warning to a client that ends a transaction when none is open; a notice. */
  public static ErrorMessage noTransaction() {
    return ErrorMessage.error("25P01", "there is no transaction in progress")
        .with('S', "WARNING")
        .with('V', "WARNING");
  }
}
