package io.github.dsqljava;

/**
 * The IAM action a token asks for. The service accepts {@code DbConnectAdmin} for user {@code
 * admin} only, and {@code DbConnect} for every other user.
 *
 * <pre>{@code
 * TokenAction action = TokenAction.forUser("app"); // DB_CONNECT
 * }</pre>
 */
public enum TokenAction {
  /** For every user but {@code admin}; needs the permission {@code dsql:DbConnect}. */
  DB_CONNECT("DbConnect"),
  /** For user {@code admin}; needs the permission {@code dsql:DbConnectAdmin}. */
  DB_CONNECT_ADMIN("DbConnectAdmin");

  private final String text;

  TokenAction(String text) {
    this.text = text;
  }

  /**
   * The action that fits a database user.
   *
   * @param user the user as sent to the server; only exactly {@code admin} is the administrator
   */
  public static TokenAction forUser(String user) {
    return user.equals("admin") ? DB_CONNECT_ADMIN : DB_CONNECT;
  }

  /** The action as it stands in the token and in the URL key {@code tokenAction}. */
  @Override
  public String toString() {
    return text;
  }
}
