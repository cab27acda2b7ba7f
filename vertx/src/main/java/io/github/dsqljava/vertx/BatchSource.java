package io.github.dsqljava.vertx;

import io.vertx.core.streams.ReadStream;
import io.vertx.sqlclient.Tuple;
import java.util.Iterator;
import java.util.Objects;
import java.util.concurrent.Executor;

/** Where the rows of a batch come from: some at a time, when they are asked for. */
interface BatchSource {

  /** Takes the rows; called on the context of the batch. */
  interface Sink {
    void row(Tuple row);

    void end();

    void failed(Throwable failure);
  }

  /** Before anything is asked for. */
  void begin(Executor context, Sink sink);

  /** Asks for so many rows more. */
  void fetch(int rows);

  /** No more rows are wanted. */
  void stop();

  static BatchSource of(Iterator<? extends Tuple> rows) {
    return new OfIterator(rows);
  }

  static BatchSource of(ReadStream<? extends Tuple> rows) {
    return new OfStream(rows);
  }

  /** Rows that are there, or made, when they are asked for. */
  final class OfIterator implements BatchSource {
    private final Iterator<? extends Tuple> rows;

    @SuppressWarnings("NullAway.Init") // set by begin, before anything else
    private Executor context;

    @SuppressWarnings("NullAway.Init")
    private Sink sink;

    private OfIterator(Iterator<? extends Tuple> rows) {
      this.rows = rows;
    }

    @Override
    public void begin(Executor on, Sink to) {
      context = on;
      sink = to;
    }

    @Override
    public void fetch(int count) {
      context.execute(() -> pull(count)); // others get their turn, and no stack grows
    }

    private void pull(int count) {
      try {
        for (int i = 0; i < count; i++) {
          if (!rows.hasNext()) {
            sink.end();
            return;
          }
          sink.row(Objects.requireNonNull(rows.next(), "a row of the iterator"));
        }
      } catch (RuntimeException | Error e) { // the caller's code
        sink.failed(e);
      }
    }

    @Override
    public void stop() {}
  }

  /** Rows that come by themselves, no more than are asked for. */
  final class OfStream implements BatchSource {
    private final ReadStream<? extends Tuple> rows;

    private OfStream(ReadStream<? extends Tuple> rows) {
      this.rows = rows;
    }

    @Override
    public void begin(Executor context, Sink sink) {
      rows.pause();
      rows.exceptionHandler(failure -> context.execute(() -> sink.failed(failure)));
      rows.endHandler(end -> context.execute(sink::end));
      rows.handler(row -> context.execute(() -> sink.row(row)));
    }

    @Override
    public void fetch(int count) {
      rows.fetch(count);
    }

    @Override
    public void stop() {
      rows.pause();
      rows.handler(null);
      rows.endHandler(null);
    }
  }
}
