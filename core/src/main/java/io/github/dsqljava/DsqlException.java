package io.github.dsqljava;

import org.jspecify.annotations.Nullable;

/**
 * Base of everything the connector itself throws. Each subclass stands for one kind of trouble with
 * its own remedy, and the message names what happened, where, and what to do.
 *
 * <pre>{@code
 * connector.connect().onFailure(failure -> {
 *   if (failure instanceof AccessDeniedException denied) {
 *     log(denied.getMessage());
 *   }
 * });
 * }</pre>
 *
 * <p>Errors of single SQL statements are not of this type; they stay what the driver makes of them.
 * No message contains a token, a secret key or a password.
 */
public abstract sealed class DsqlException extends RuntimeException
    permits AccessDeniedException,
        BatchFailedException,
        CertificateRejectedException,
        ClusterUnreachableException,
        CommitOutcomeUnknownException,
        ConnectionRejectedException,
        CredentialsException,
        HostUnknownException,
        InvalidConfigurationException,
        NestedTransactionException,
        PoolBusyException,
        PoolClosedException,
        PoolTimeoutException,
        RetriesExhaustedException,
        TransactionRolledBackException,
        TransactionTimeoutException {

  private static final long serialVersionUID = 1L;

  DsqlException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
