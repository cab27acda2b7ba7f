package io.github.dsqljava.vertx.internal;

import io.github.dsqljava.ClusterEndpoint;
import io.github.dsqljava.DsqlException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The endpoints, as host and port, that did not accept a password with the startup message. All
 * connectors of this process share them, so that each endpoint is tried once. Thread-safe.
 */
final class EarlyPasswordRefusals {
  private static final System.Logger LOG = System.getLogger(EarlyPasswordRefusals.class.getName());

  private static final Set<String> ENDPOINTS = ConcurrentHashMap.newKeySet();

  private EarlyPasswordRefusals() {}

  static boolean contains(ClusterEndpoint endpoint) {
    return ENDPOINTS.contains(endpoint.address());
  }

  /**
   * Notes that a login failed with an early password and succeeded without.
   *
   * @param refusal the failure of the login with the early password
   */
  static void add(ClusterEndpoint endpoint, DsqlException refusal) {
    if (ENDPOINTS.add(endpoint.address())) {
      LOG.log(
          System.Logger.Level.WARNING,
          "{0} did not take the password together with the startup message (setting earlyPassword),"
              + " but took it when asked. This process will not try again, so that connecting there"
              + " takes one round trip more; leave earlyPassword out. The refusal was: {1}",
          endpoint.address(),
          refusal.getMessage());
    }
  }
}
