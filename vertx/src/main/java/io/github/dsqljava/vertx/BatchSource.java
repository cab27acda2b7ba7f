package io.github.dsqljava.vertx;

import io.vertx.core.streams.ReadStream;
import io.vertx.sqlclient.Tuple;
import java.util.Iterator;
import java.util.Objects;
import java.util.concurrent.Executor;

/** The source of a batch's rows. It gives some at a time, on demand. */
interface BatchSource {

  /** Takes the rows; called on the context of the batch. */
  interface Sink {
    void row(Tuple row);

    void end();

    void failed(Throwable failure);
  }

  /** Called before the first fetch. */
  void begin(Executor context, Sink sink);

  /** Asks for a number of further rows. */
  void fetch(int rows);

  /** Called when no more rows are needed. */
  void stop();

  static BatchSource of(Iterator<? extends Tuple> rows) {
    return new OfIterator(rows);
  }

  static BatchSource of(ReadStream<? extends Tuple> rows) {
    return new OfStream(rows);
  }

  /** Rows from an iterator, which has or makes them on demand. */
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

  /** Rows from a stream, which sends no more than were asked for. */
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
