package io.github.dsqljava.benchmarks.peer;

/**
 * A client that is measured. It keeps what a program keeps for its whole life, such as event loops;
 * pools come and go with the rounds.
 */
public interface Peer extends AutoCloseable {

  /**
   * Opens a pool and fills it with the connections that the settings ask for; returns when all of
   * them are there.
   */
  PeerRound open(RoundSettings settings);

  /** Ends the threads. */
  @Override
  void close();
}
