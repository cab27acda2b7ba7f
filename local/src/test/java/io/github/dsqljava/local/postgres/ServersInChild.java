package io.github.dsqljava.local.postgres;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Starts servers in a JVM of their own, which a test may give an environment or kill. Arguments:
 * cache directory, how many servers at once, and, if it lives on, the data directory. Runs until
 * its standard input ends.
 */
final class ServersInChild {
  private ServersInChild() {}

  public static void main(String[] arguments) throws Exception {
    CacheDirectory cache = CacheDirectory.open(Path.of(arguments[0]));
    Path data = arguments.length > 2 ? Path.of(arguments[2]) : null;
    List<CompletableFuture<PostgresServer>> starts = new ArrayList<>();
    for (int i = 0; i < Integer.parseInt(arguments[1]); i++) {
      starts.add(
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return PostgresServer.start(cache, data, step -> print("progress " + step));
                } catch (Exception e) {
                  throw new IllegalStateException(e.getMessage(), e);
                }
              },
              task -> new Thread(task).start()));
    }
    List<PostgresServer> servers = new ArrayList<>();
    for (CompletableFuture<PostgresServer> start : starts) {
      servers.add(start.join());
    }
    PostgresServer first = servers.get(0);
    for (PostgresServer server : servers) {
      print("answer " + SocketQuery.value(server, "SELECT 'I am ' || current_user"));
    }
    print("data " + first.dataDirectory());
    print("pid " + first.serverPid());
    print("socket " + first.socket());
    while (System.in.read() >= 0) {
      // until the test has seen enough
    }
    for (PostgresServer server : servers) {
      server.close();
    }
    print("closed " + servers.size());
  }

  private static synchronized void print(String line) {
    System.out.println(line);
    System.out.flush();
  }
}
