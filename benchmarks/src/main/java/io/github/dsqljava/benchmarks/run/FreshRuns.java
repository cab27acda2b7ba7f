package io.github.dsqljava.benchmarks.run;

import io.github.dsqljava.benchmarks.cluster.Addresses;
import io.github.dsqljava.benchmarks.peer.PeerKind;
import io.github.dsqljava.benchmarks.result.ColdResult;
import io.github.dsqljava.benchmarks.result.MemoryResult;
import io.github.dsqljava.benchmarks.result.Results;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Measures each time in a fresh process, with the peers in turn. */
final class FreshRuns {
  private final Addresses addresses;
  private final Set<PeerKind> peers;

  FreshRuns(Addresses addresses, Set<PeerKind> peers) {
    this.addresses = addresses;
    this.peers = peers;
  }

  Map<PeerKind, List<ColdResult>> cold(int times) throws IOException, InterruptedException {
    return each(times, peer -> peer.cold(Results.COLD_ROUND_TRIP));
  }

  Map<PeerKind, List<MemoryResult>> memory(int times) throws IOException, InterruptedException {
    return each(times, peer -> peer.memory(Results.MEMORY_CONNECTIONS));
  }

  /** A request to a fresh process. */
  @FunctionalInterface
  private interface Question<T> {
    T ask(RemotePeer peer) throws IOException, InterruptedException;
  }

  private <T> Map<PeerKind, List<T>> each(int times, Question<T> question)
      throws IOException, InterruptedException {
    Map<PeerKind, List<T>> results = new EnumMap<>(PeerKind.class);
    for (int i = 0; i < times; i++) {
      for (PeerKind kind : peers) {
        try (RemotePeer peer = RemotePeer.start(kind, addresses)) {
          T result = question.ask(peer);
          results.computeIfAbsent(kind, k -> new ArrayList<>()).add(result);
          Progress.say(kind.title() + ": " + result);
        }
      }
    }
    return results;
  }
}
