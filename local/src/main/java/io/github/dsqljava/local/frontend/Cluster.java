package io.github.dsqljava.local.frontend;

import io.github.dsqljava.local.faults.FaultPlan;
import io.github.dsqljava.local.iam.TokenVerdict;
import io.github.dsqljava.local.journal.Journal;
import io.github.dsqljava.local.limits.Admission;
import io.github.dsqljava.local.limits.Limits;
import io.netty.channel.ChannelHandler;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Set;
import java.util.function.BiFunction;

/**
 * The cluster, as the front end knows it.
 *
 * @param id the 26-character cluster id
 * @param host its name as on the service
 * @param authorityFile PEM file of the certificate authority that clients have to trust
 * @param hosts server names that lead to it, in lower case
 * @param serverNameRequired whether a client has to send a TLS server name, as on the service
 * @param tokens judges a (user, token) pair
 * @param backendSocket Unix socket of PostgreSQL
 * @param systemRole PostgreSQL's superuser, closed to clients
 * @param loginTimeout the longest duration of a login
 * @param sessions makes the handler of each PostgreSQL session
 * @param faults the armed faults
 * @param journal records statements and refused logins
 * @param limits for the maximum age of connections
 * @param admission decides whether one more connection may be opened
 * @param clock by which connections age
 */
public record Cluster(
    String id,
    String host,
    Path authorityFile,
    Set<String> hosts,
    boolean serverNameRequired,
    BiFunction<String, String, TokenVerdict> tokens,
    Path backendSocket,
    String systemRole,
    Duration loginTimeout,
    SessionFactory sessions,
    FaultPlan faults,
    Journal journal,
    Limits limits,
    Admission admission,
    InstantSource clock) {

  /** Makes the handler of each PostgreSQL session. */
  @FunctionalInterface
  public interface SessionFactory {
    /**
     * Returns the handler for the pipeline of a new PostgreSQL session, nearest to PostgreSQL.
     * Writes to it are the bytes that the client sends. It fires {@link
     * io.github.dsqljava.local.protocol.ClientEnd} to end the client's connection.
     *
     * @param processId PostgreSQL's process
     * @param user the role of the client
     * @param messagesToTake number of messages that the client may send
     */
    ChannelHandler handler(int processId, String user, long messagesToTake);
  }

  /** The only database of a cluster. */
  static final String DATABASE = "postgres";

  /** The role whose tokens need no mapping. */
  static final String ADMIN = "admin";

  /** Copies the hosts. */
  public Cluster {
    hosts = Set.copyOf(hosts);
  }

  /** The opening time of a connection that has just become too old. */
  Instant oldest() {
    return clock.instant().minus(limits.connectionAge());
  }

  boolean answersTo(String serverName) {
    return hosts.contains(serverName.toLowerCase(Locale.ROOT));
  }
}
