package io.github.dsqljava.local.iam;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * The principals that a local cluster knows, one for each access key.
 *
 * <p>Thread-safe; a change is seen by the next login. Open sessions stay open, as on the service,
 * which checks a token only at the login.
 */
public final class IamDirectory {
  private final ConcurrentMap<String, IamPrincipal> principals = new ConcurrentHashMap<>();

  /**
   * Adds a principal. Several may have the same ARN: a user can have two keys, and a role any
   * number of temporary ones.
   *
   * @throws IllegalArgumentException if the access key id is taken
   */
  public void add(IamPrincipal principal) {
    if (principals.putIfAbsent(principal.accessKeyId(), principal) != null) {
      throw new IllegalArgumentException(
          "accessKeyId is already in the directory: " + principal.accessKeyId());
    }
  }

  /**
   * Removes the principal of an access key.
   *
   * @return the removed principal; empty if the key was not known
   */
  public Optional<IamPrincipal> remove(String accessKeyId) {
    return Optional.ofNullable(principals.remove(accessKeyId));
  }

  /** The principal of an access key. */
  public Optional<IamPrincipal> byAccessKeyId(String accessKeyId) {
    return Optional.ofNullable(principals.get(accessKeyId));
  }

  /** The principals of an ARN, in no particular order; empty if the ARN is not known. */
  public List<IamPrincipal> byArn(String arn) {
    return principals.values().stream().filter(principal -> principal.arn().equals(arn)).toList();
  }

  /** All principals at this moment, in no particular order. */
  public List<IamPrincipal> principals() {
    return List.copyOf(principals.values());
  }
}
