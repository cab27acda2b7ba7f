package io.github.dsqljava.benchmarks.result;

import io.github.dsqljava.benchmarks.peer.BenchmarkCase;
import io.github.dsqljava.benchmarks.peer.ConflictPolicy;
import io.github.dsqljava.benchmarks.peer.PeerKind;
import java.util.Collection;
import java.util.List;

/**
 * A peer in a case, with its retry policy where there are conflicts.
 *
 * @param policy without meaning in cases that do not conflict
 */
public record Contender(PeerKind peer, ConflictPolicy policy) {

  /** The contenders of a case among these peers, ours first. */
  public static List<Contender> of(BenchmarkCase benchmark, Collection<PeerKind> peers) {
    if (benchmark == BenchmarkCase.HOT_ROW) {
      return peers.stream()
          .flatMap(peer -> peer.policies().stream().map(policy -> new Contender(peer, policy)))
          .toList();
    }
    return peers.stream()
        .filter(peer -> peer.cases().contains(benchmark))
        .map(peer -> new Contender(peer, ConflictPolicy.OURS))
        .toList();
  }

  /** Whether it is the one that the others are compared with. */
  public boolean isOurs() {
    return peer == PeerKind.DSQL_JAVA && policy == ConflictPolicy.OURS;
  }

  /** The title in reports. */
  public String title(BenchmarkCase benchmark) {
    return benchmark == BenchmarkCase.HOT_ROW ? peer.title() + ": " + policy.title() : peer.title();
  }
}
