package io.github.dsqljava.spi;

import io.github.dsqljava.AccessDeniedException;
import io.github.dsqljava.ConnectionRejectedException;
import io.github.dsqljava.DsqlConfig;
import io.github.dsqljava.DsqlException;
import io.github.dsqljava.RoleNotMappedException;
import io.github.dsqljava.ServerError;
import java.util.Locale;

/**
 * Explains an error with which the server answers the login. Only this class knows the service's
 * texts.
 */
final class ServerRefusal {

  private final DsqlConfig config;
  private final String at;
  private final ServerError error;
  private final Throwable cause;
  private final String text;
  private final String hint;

  private ServerRefusal(DsqlConfig config, String at, ServerError error, Throwable cause) {
    this.config = config;
    this.at = at;
    this.error = error;
    this.cause = cause;
    this.text = error.message().toLowerCase(Locale.ROOT);
    this.hint = error.hint().orElse("").toLowerCase(Locale.ROOT);
  }

  /**
   * Explains a refusal.
   *
   * @param at the beginning of the message: endpoint and user
   */
  static DsqlException explain(DsqlConfig config, String at, ServerError error, Throwable cause) {
    ServerRefusal refusal = new ServerRefusal(config, at, error, cause);
    if (!refusal.aboutToken()) {
      return new ConnectionRejectedException(refusal.message(refusal.otherRemedy()), error, cause);
    }
    return refusal.looksUnmapped() ? refusal.notMapped() : refusal.denied();
  }

  /**
   * Class 28 is "invalid authorization". The service itself mostly answers 08006, which elsewhere
   * means any broken connection, so there the text decides.
   */
  private boolean aboutToken() {
    return error.sqlState().startsWith("28")
        || text.contains("access denied")
        || text.startsWith("iam authentication failed");
  }

  private boolean looksUnmapped() {
    return !config.user().equals("admin") && hint.isBlank();
  }

  private RoleNotMappedException notMapped() {
    String role = SessionParameters.quoted(config.user());
    return new RoleNotMappedException(
        message(
            "The service gives no reason. Most often the role is not mapped to the IAM identity: as"
                + " admin, run AWS IAM GRANT "
                + role
                + " TO '<ARN of the IAM user or role>'. The answer is the same when the role does"
                + " not exist or lacks LOGIN, and when "
                + tokenFacts()
                + " do not fit the cluster."),
        error.sqlState(),
        error.hint().orElse(null),
        cause);
  }

  private AccessDeniedException denied() {
    return new AccessDeniedException(
        message(tokenRemedy()), error.sqlState(), error.hint().orElse(null), cause);
  }

  private String tokenRemedy() {
    String permission = "dsql:" + config.tokenAction();
    if (hint.contains("signature expired")) {
      return "The token was too old when it arrived: compare this machine's clock with the true time;"
          + " if opening a connection takes long, raise tokenLifetime (now "
          + config.tokenLifetime()
          + ").";
    }
    if (hint.contains("token") && hint.contains("expired")) {
      return "The AWS session credentials have expired: renew them (log in again, or let a provider"
          + " do it that refreshes by itself), and compare this machine's clock with the true time.";
    }
    if (hint.contains("wrong user to action mapping")) {
      return "The token asks for "
          + config.tokenAction()
          + ", which does not fit user "
          + config.user()
          + ": admin needs DbConnectAdmin, every other user DbConnect. Leave tokenAction unset.";
    }
    if (hint.contains("not authorized")) {
      return "Allow the IAM identity "
          + permission
          + " on the cluster's ARN, and check for policies that deny it.";
    }
    return "Check that "
        + tokenFacts()
        + " fit the cluster, and that the IAM identity is allowed "
        + permission
        + ".";
  }

  private String tokenFacts() {
    return "region "
        + config.endpoint().region()
        + ", token host "
        + config.tokenHost()
        + ", the AWS credentials (account, access key, still valid) and this machine's clock";
  }

  private String otherRemedy() {
    if (error.sqlState().equals("53300")) {
      return "The cluster has as many connections as it allows (10,000 unless raised): close unused"
          + " ones, make pools smaller, or ask AWS for more.";
    }
    if (error.sqlState().equals("53400")) {
      return "Connections are opened faster than the cluster admits (100 a second, 1,000 at once):"
          + " try again after a pause, and spread the opening.";
    }
    if (text.contains("waking up")) {
      return "The cluster was inactive and is starting: try again in some seconds.";
    }
    if (text.contains("sni")) {
      return "The server name in the TLS handshake is not that of a cluster: connect under the"
          + " cluster's own name.";
    }
    if (error.sqlState().equals("0A000")) {
      return "The server does not support a setting of the startup message: remove it.";
    }
    if (error.sqlState().equals("3D000")) {
      return "There is no such database: a cluster has one, named postgres.";
    }
    return "The SQLSTATE says what kind of refusal it is.";
  }

  private String message(String remedy) {
    return at + "the server answered: " + error + ". " + remedy;
  }
}
