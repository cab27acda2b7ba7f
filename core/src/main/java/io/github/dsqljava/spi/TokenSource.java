package io.github.dsqljava.spi;

import io.github.dsqljava.AuthToken;
import io.github.dsqljava.ClosedException;
import io.github.dsqljava.CredentialsException;
import io.github.dsqljava.DsqlConfig;
import io.github.dsqljava.TokenSigner;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;

/**
 * Makes a new login token for each connection of one configuration.
 *
 * <pre>{@code
 * try (TokenSource tokens = TokenSource.of("abcdefghijklmnopqrstuvwxyz.dsql.us-east-1.on.aws", "app")) {
 *   String password = tokens.awaitToken().value();
 * }
 * }</pre>
 *
 * <p>It needs no other part of the connector, and no driver. It suits every client that can get a
 * new password for each connection. docs/clients.md has recipes for HikariCP, Vert.x, Quarkus and
 * R2DBC.
 *
 * <p>Nothing is cached: signing takes well under a millisecond, and the SDK's providers keep their
 * credentials themselves. Resolving credentials may read files, run a program or call AWS, and most
 * providers block while they do; it always happens on daemon threads of this object, named {@code
 * dsql-credentials-<n>}, which end when they are idle. Safe to use from several threads.
 */
public final class TokenSource implements AutoCloseable {

  private static final Logger LOGGER = System.getLogger(TokenSource.class.getName());

  /**
   * Enough threads for a provider that calls AWS while other requests wait. A provider that hangs
   * blocks only these.
   */
  private static final int MAX_THREADS = 4;

  private static final long IDLE_SECONDS = 10;

  private final DsqlConfig config;
  private final TokenSigner signer;
  private final CredentialsSource credentials;
  private final ThreadPoolExecutor workers;
  private final ScheduledThreadPoolExecutor deadlines;
  private final Set<Request> pending = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /** For tests; {@link #of(DsqlConfig)} otherwise. */
  TokenSource(DsqlConfig config, TokenSigner signer, CredentialsSource credentials) {
    this.config = config;
    this.signer = signer;
    this.credentials = credentials;
    AtomicInteger number = new AtomicInteger();
    ThreadFactory threads =
        task -> {
          Thread thread = new Thread(task, "dsql-credentials-" + number.incrementAndGet());
          thread.setDaemon(true);
          return thread;
        };
    workers =
        new ThreadPoolExecutor(
            MAX_THREADS,
            MAX_THREADS,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            threads);
    workers.allowCoreThreadTimeOut(true);
    // Deadlines need a thread of their own: the workers may be the ones that hang.
    deadlines = new ScheduledThreadPoolExecutor(1, threads);
    deadlines.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
    deadlines.allowCoreThreadTimeOut(true);
    deadlines.setRemoveOnCancelPolicy(true);
  }

  /** Makes the tokens for a configuration. Does no I/O before the first {@link #token()}. */
  public static TokenSource of(DsqlConfig config) {
    return new TokenSource(config, TokenSigner.create(), new CredentialsSource(config));
  }

  /**
   * The tokens for a user of a cluster, with everything else at its default: the credentials of the
   * AWS default chain, the region of the host's name, fifteen minutes. Does no I/O before the first
   * {@link #token()}, except that it looks for the region of a bare cluster id.
   *
   * @param hostOrClusterId see {@link DsqlConfig.Builder#endpoint}
   * @param user the database role, {@code admin} or one that is mapped to the credentials' identity
   * @throws io.github.dsqljava.InvalidConfigurationException if one is malformed, or no region is
   *     to be found
   */
  public static TokenSource of(String hostOrClusterId, String user) {
    return of(DsqlConfig.builder().endpoint(hostOrClusterId).user(user).build());
  }

  static TokenSource of(DsqlConfig config, InstantSource clock) {
    return new TokenSource(config, TokenSigner.withClock(clock), new CredentialsSource(config));
  }

  /**
   * Resolves credentials and signs a new token. Never blocks the caller.
   *
   * <p>The future is completed by one of this object's {@code dsql-credentials-<n>} threads, or by
   * the caller of {@link #close()}; a dependent stage that takes long should be an {@code Async}
   * one. Cancelling it interrupts the provider if it is at work.
   *
   * @return a token, or a {@link CredentialsException} if the provider fails, gives nothing or
   *     expired credentials, or has not answered after {@link DsqlConfig#connectTimeout()}; an
   *     {@link ClosedException} once this object is closed
   */
  public CompletableFuture<AuthToken> token() {
    Request request = new Request();
    pending.add(request);
    try {
      request.start();
    } catch (RejectedExecutionException e) {
      // Closed: the exception is set below.
    }
    if (closed) {
      request.giveUp(closedFailure());
    }
    return request.result;
  }

  /**
   * {@link #token()} for callers that may block, such as a JDBC pool's credentials provider. Waits
   * for {@link DsqlConfig#connectTimeout()} at most. Not for event loops.
   *
   * @throws CredentialsException as {@link #token()}; also if the thread is interrupted while it
   *     waits; its interrupt flag then stays set
   * @throws ClosedException once this object is closed
   */
  public AuthToken awaitToken() {
    CompletableFuture<AuthToken> token = token();
    try {
      return token.get();
    } catch (InterruptedException e) {
      token.cancel(/* mayInterruptIfRunning= */ true);
      Thread.currentThread().interrupt();
      throw failure("was not waited for, because the thread was interrupted", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof ClosedException) {
        throw closedFailure();
      }
      // A new exception with the caller's stack; the cause has the stack of the worker thread.
      throw e.getCause() instanceof CredentialsException known
          ? new CredentialsException(String.valueOf(known.getMessage()), known)
          : failure("failed", e);
    }
  }

  /** One call of {@link #token()}. */
  private final class Request {
    private final CompletableFuture<AuthToken> result = new CompletableFuture<>();
    private volatile @Nullable Future<?> work;

    void start() {
      work = workers.submit(this::resolve);
      ScheduledFuture<?> deadline =
          deadlines.schedule(
              () ->
                  giveUp(
                      failure(
                          "has not answered within "
                              + config.connectTimeout()
                              + " (connectTimeout)",
                          null)),
              config.connectTimeout().toMillis(),
              TimeUnit.MILLISECONDS);
      var unused =
          result.whenComplete(
              (token, failure) -> {
                pending.remove(this);
                deadline.cancel(/* mayInterruptIfRunning= */ false);
                if (result.isCancelled()) {
                  interrupt();
                }
              });
    }

    /** Fails the request from outside, and interrupts the provider if it is in a blocking call. */
    void giveUp(Exception failure) {
      pending.remove(this);
      if (result.completeExceptionally(failure)) {
        interrupt();
      }
    }

    private void interrupt() {
      Future<?> running = work;
      if (running != null) {
        running.cancel(/* mayInterruptIfRunning= */ true);
      }
    }

    private void resolve() {
      if (result.isDone()) {
        return; // given up while it waited for a thread
      }
      try {
        var resolving = credentials.provider().resolveIdentity();
        if (resolving == null) {
          throw failure("gave null instead of a future", null);
        }
        if (resolving.isDone()) {
          sign(resolving.join(), null);
        } else {
          var unused = resolving.whenCompleteAsync(this::sign, workers);
        }
      } catch (Throwable e) { // also a LinkageError of an SDK module that is not on the class path
        sign(null, e);
      }
    }

    private void sign(@Nullable AwsCredentialsIdentity identity, @Nullable Throwable failure) {
      try {
        if (failure != null) {
          result.completeExceptionally(asCredentialsException(failure));
        } else if (identity == null) {
          result.completeExceptionally(failure("gave null", null));
        } else {
          result.complete(
              signer.sign(
                  config.tokenHost(),
                  config.endpoint().region(),
                  config.tokenAction(),
                  config.tokenLifetime(),
                  identity));
        }
      } catch (Throwable e) {
        result.completeExceptionally(asCredentialsException(e));
      }
    }
  }

  private CredentialsException asCredentialsException(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return cause instanceof CredentialsException known ? known : failure("failed", cause);
  }

  private CredentialsException failure(String problem, @Nullable Throwable cause) {
    String remedy =
        config.profile().isPresent()
            ? "Check that profile in ~/.aws/config and ~/.aws/credentials; profiles with sign-in or"
                + " assumed roles also need the AWS SDK module sso, ssooidc or sts on the class path"
            : config.credentialsProvider().isPresent()
                ? "Check that provider; the cause says what it threw, if anything"
                : "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, name a profile, or pass a"
                    + " credentialsProvider; on EC2, ECS or Lambda give the machine a role";
    return new CredentialsException(
        "No AWS credentials for user "
            + config.user()
            + " at "
            + config.endpoint().address()
            + ": "
            + credentials
            + " "
            + problem
            + ". "
            + remedy
            + ".",
        cause);
  }

  private ClosedException closedFailure() {
    return new ClosedException("The source of tokens for " + config.endpoint().address());
  }

  /**
   * Fails pending requests, and closes the credentials provider if the connector made it. Returns
   * at once; the provider is closed on a thread of this object. Closing twice is harmless.
   */
  @Override
  public void close() {
    closed = true;
    for (Request request : pending) {
      request.giveUp(closedFailure());
    }
    deadlines.shutdownNow();
    try {
      workers.execute(this::closeCredentials);
      workers.shutdown();
    } catch (RejectedExecutionException e) {
      // The first close has already closed the provider.
    }
  }

  private void closeCredentials() {
    try {
      credentials.close();
    } catch (Exception e) {
      LOGGER.log(Level.WARNING, "Closing " + credentials + " failed", e);
    }
  }
}
