package io.github.dsqljava.benchmarks.run;

import io.github.dsqljava.benchmarks.cluster.Addresses;
import io.github.dsqljava.benchmarks.load.LoadResult;
import io.github.dsqljava.benchmarks.peer.PeerKind;
import io.github.dsqljava.benchmarks.result.ColdResult;
import io.github.dsqljava.benchmarks.result.MemoryResult;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** A {@link PeerProcess}, as the one sees it who gives it its orders. */
final class RemotePeer implements AutoCloseable {
  private static final Duration SLACK = Duration.ofMinutes(2);

  private final JavaProcess process;

  private RemotePeer(JavaProcess process) {
    this.process = process;
  }

  static RemotePeer start(PeerKind kind, Addresses addresses) throws IOException {
    return of(JavaProcess.start(PeerProcess.class, List.of(kind.id())), addresses);
  }

  static RemotePeer start(
      String classPath, List<String> options, PeerKind kind, Addresses addresses)
      throws IOException {
    return of(
        JavaProcess.start(classPath, options, PeerProcess.class, List.of(kind.id())), addresses);
  }

  private static RemotePeer of(JavaProcess process, Addresses addresses) throws IOException {
    process.send(addresses.toLine());
    return new RemotePeer(process);
  }

  LoadResult run(RoundRequest request) throws IOException, InterruptedException {
    Duration limit = request.warmUp().plus(request.measured()).plus(SLACK);
    return LoadResult.ofLine(ask(PeerProcess.ROUND + " " + request.toLine(), limit));
  }

  /** Only of a process that has done nothing else. */
  ColdResult cold(int roundTripMillis) throws IOException, InterruptedException {
    return ColdResult.ofLine(ask(PeerProcess.COLD + " " + roundTripMillis, SLACK));
  }

  /** Only of a process that has done nothing else. */
  MemoryResult memory(int connections) throws IOException, InterruptedException {
    return MemoryResult.ofLine(ask(PeerProcess.MEMORY + " " + connections, SLACK));
  }

  private String ask(String line, Duration limit) throws IOException, InterruptedException {
    process.send(line);
    String answer = process.receive(limit);
    if (!answer.startsWith(PeerProcess.OK)) {
      throw new IOException(line + ": " + answer);
    }
    return answer.substring(PeerProcess.OK.length());
  }

  @Override
  public void close() {
    process.close();
  }
}
