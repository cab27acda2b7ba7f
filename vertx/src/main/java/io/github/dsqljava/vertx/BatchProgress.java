package io.github.dsqljava.vertx;

/**
 * How far a batch is.
 *
 * @param chunksDone how many chunks are committed
 * @param chunks how many there are
 * @param rowsDone how many of the given rows are in them
 * @param rows how many were given
 * @param attempts how often the last chunk's transaction was attempted
 */
public record BatchProgress(int chunksDone, int chunks, int rowsDone, int rows, int attempts) {}
