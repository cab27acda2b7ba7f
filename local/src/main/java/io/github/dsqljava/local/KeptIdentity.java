package io.github.dsqljava.local;

import io.github.dsqljava.local.iam.DbAction;
import io.github.dsqljava.local.iam.IamPrincipal;
import io.github.dsqljava.local.postgres.CacheDirectory;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The cluster id and the access key that a cache directory keeps beside its certificate authority,
 * so that a program has the same at each start.
 *
 * @param clusterId 26 characters
 * @param principal with its key
 */
record KeptIdentity(String clusterId, IamPrincipal principal) {
  private static final String FILE = "identity.properties";
  private static final String CLUSTER_ID = "cluster-id";
  private static final String ACCESS_KEY_ID = "access-key-id";
  private static final String SECRET_ACCESS_KEY = "secret-access-key";

  /** The identity of all clusters of this JVM that share a key. */
  static final IamPrincipal OF_THE_JVM =
      IamPrincipal.generate(ClusterIdentity.PRINCIPAL_ARN, DbAction.values());

  /** Returns a new identity that is not kept. */
  static KeptIdentity random() {
    return new KeptIdentity(
        ClusterId.random(),
        IamPrincipal.generate(ClusterIdentity.PRINCIPAL_ARN, DbAction.values()));
  }

  /** Returns the directory of the certificate authority of a cache. */
  static Path directory(CacheDirectory cache) {
    return cache.path().resolve("tls");
  }

  /** Returns the identity in the cache; makes it if it is missing and the cache is writable. */
  static KeptIdentity of(CacheDirectory cache) throws IOException {
    Path file = directory(cache).resolve(FILE);
    Optional<KeptIdentity> kept = load(file);
    if (kept.isPresent()) {
      return kept.get();
    }
    return cache.locked(
        "tls",
        () -> {
          Optional<KeptIdentity> made = load(file);
          return made.isPresent() ? made.get() : create(file);
        });
  }

  private static KeptIdentity create(Path file) throws IOException {
    KeptIdentity made = random();
    Path directory = Files.createDirectories(file.resolveSibling(""));
    // Created readable for its owner only, then put in place in one step.
    Path unfinished = Files.createTempFile(directory, "identity", ".unfinished");
    try {
      Files.writeString(
          unfinished,
          "# The identity of the program dsql-local on this machine; without this file it gets a"
              + " new one.\n"
              + (CLUSTER_ID + "=" + made.clusterId + "\n")
              + (ACCESS_KEY_ID + "=" + made.principal.accessKeyId() + "\n")
              + (SECRET_ACCESS_KEY + "=" + made.principal.secretAccessKey() + "\n"));
      Files.move(unfinished, file, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(unfinished);
    }
    return made;
  }

  private static Optional<KeptIdentity> load(Path file) throws IOException {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    Properties properties = new Properties();
    try (Reader text = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      properties.load(text);
      String id = properties.getProperty(CLUSTER_ID, "");
      if (ClusterId.isOne(id)) {
        return Optional.of(
            new KeptIdentity(
                id,
                principal(
                    properties.getProperty(ACCESS_KEY_ID, ""),
                    properties.getProperty(SECRET_ACCESS_KEY, ""))));
      }
    } catch (IllegalArgumentException e) {
      throw unreadable(file, e);
    } catch (IOException e) {
      throw new IOException(
          file + " cannot be read; it belongs to the user who started dsql-local first: " + e, e);
    }
    throw unreadable(file, null);
  }

  private static IOException unreadable(Path file, @Nullable Exception cause) {
    return new IOException(
        file + " holds no identity of dsql-local; delete it, and a new one is made", cause);
  }

  /** The principal of every cluster, with a given key. */
  static IamPrincipal principal(String accessKeyId, String secretAccessKey) {
    return new IamPrincipal(
        ClusterIdentity.PRINCIPAL_ARN,
        accessKeyId,
        secretAccessKey,
        Optional.empty(),
        Set.of(DbAction.values()));
  }
}
