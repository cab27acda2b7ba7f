package io.github.dsqljava.local.iam;

import java.util.Optional;

/**
 * An IAM action that opens a database session.
 *
 * <p>Source: Aurora DSQL User Guide, "Authentication and authorization": the role {@code admin}
 * needs {@code dsql:DbConnectAdmin}, every other role needs {@code dsql:DbConnect}.
 */
public enum DbAction {
  /** Connects as a database role other than {@code admin}. */
  DB_CONNECT("DbConnect"),
  /** Connects as {@code admin}. */
  DB_CONNECT_ADMIN("DbConnectAdmin");

  private static final String ADMIN = "admin";

  private final String actionName;

  DbAction(String actionName) {
    this.actionName = actionName;
  }

  /** The name as it stands in the {@code Action} parameter of a token: {@code DbConnect}. */
  public String actionName() {
    return actionName;
  }

  /** The name as it stands in an IAM policy: {@code dsql:DbConnect}. */
  public String iamName() {
    return SignatureV4.SERVICE + ":" + actionName;
  }

  /**
   * The only action that lets a database user in.
   *
   * @param user the user name of the startup message; only exactly {@code admin} is the
   *     administrator
   */
  public static DbAction requiredFor(String user) {
    return user.equals(ADMIN) ? DB_CONNECT_ADMIN : DB_CONNECT;
  }

  static Optional<DbAction> named(String actionName) {
    for (DbAction action : values()) {
      if (action.actionName.equals(actionName)) {
        return Optional.of(action);
      }
    }
    return Optional.empty();
  }
}
