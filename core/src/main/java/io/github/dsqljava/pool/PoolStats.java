package io.github.dsqljava.pool;

/**
 * A pool at one moment, and what it did since it was made.
 *
 * @param idle connections that wait to be used
 * @param leased connections in use
 * @param opening connections that are being opened
 * @param retiring connections, idle or leased, that will be closed as soon as their successor is
 *     there or their use ends; they are part of {@code idle} and {@code leased}
 * @param waiting callers that wait for a connection
 * @param opened connections opened so far
 * @param closed connections closed so far, whatever the reason
 * @param openFailures attempts to open one that failed
 * @param acquired how often a connection was handed out
 * @param timeouts how often a caller gave up waiting at its deadline
 */
public record PoolStats(
    int idle,
    int leased,
    int opening,
    int retiring,
    int waiting,
    long opened,
    long closed,
    long openFailures,
    long acquired,
    long timeouts) {

  /** Open connections: idle and leased. */
  public int size() {
    return idle + leased;
  }
}
