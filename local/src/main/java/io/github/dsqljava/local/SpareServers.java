package io.github.dsqljava.local;

import io.github.dsqljava.local.limits.Limits;
import io.github.dsqljava.local.postgres.CacheDirectory;
import io.github.dsqljava.local.postgres.PostgresServer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one empty PostgreSQL ready for the next cluster of this JVM, because starting one takes two
 * thirds of a cluster's start. It does so from the second cluster of a kind on, so a program with
 * one cluster never has a spare. There is at most one, and it ends with the JVM.
 */
final class SpareServers {
  private static final System.Logger LOG = System.getLogger(SpareServers.class.getName());

  /** Starts a server for a cluster. */
  interface Maker {
    PostgresServer make() throws IOException;
  }

  private record Kind(Path cache, Limits limits) {}

  private record Spare(Kind kind, CompletableFuture<PostgresServer> server) {}

  private static final Set<Kind> STARTED = new HashSet<>();
  private static @Nullable Spare spare;

  private SpareServers() {}

  /** Returns the spare server, if it is of the kind that is needed, or makes one. */
  static PostgresServer take(CacheDirectory cache, Limits limits, Maker maker) throws IOException {
    Spare taken = poll(new Kind(cache.path(), limits));
    if (taken != null) {
      try {
        PostgresServer server = taken.server.join();
        if (server.isRunning()) {
          return server;
        }
        server.close();
      } catch (CompletionException e) {
        LOG.log(System.Logger.Level.DEBUG, "the spare PostgreSQL did not start", e);
      }
    }
    return maker.make();
  }

  private static synchronized @Nullable Spare poll(Kind kind) {
    Spare taken = spare;
    if (taken == null || !taken.kind.equals(kind)) {
      return null;
    }
    spare = null;
    return taken;
  }

  /** Makes the spare for the next cluster, in the background, if this was not the first. */
  static void prepare(CacheDirectory cache, Limits limits, Maker maker) {
    Spare old;
    CompletableFuture<PostgresServer> next = new CompletableFuture<>();
    synchronized (SpareServers.class) {
      Kind kind = new Kind(cache.path(), limits);
      if (STARTED.add(kind) || (spare != null && spare.kind.equals(kind))) {
        return;
      }
      old = spare;
      spare = new Spare(kind, next);
    }
    Thread thread =
        new Thread(
            () -> {
              close(old);
              try {
                next.complete(maker.make());
              } catch (IOException | RuntimeException e) {
                next.completeExceptionally(e);
              }
            },
            "dsql-local-spare");
    thread.setDaemon(true);
    thread.start();
  }

  private static void close(@Nullable Spare old) {
    if (old == null) {
      return;
    }
    try {
      old.server.join().close();
    } catch (CompletionException | IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "the spare PostgreSQL did not stop", e);
    }
  }
}
