package io.github.dsqljava.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** What a package logs at INFO and above while a test looks. */
final class CapturedLog extends Handler implements AutoCloseable {
  private final Logger logger;
  private final List<String> lines = new CopyOnWriteArrayList<>();
  private int seen;

  private CapturedLog(Logger logger) {
    this.logger = logger;
    setLevel(Level.INFO);
    logger.addHandler(this);
  }

  static CapturedLog of(String logger) {
    return new CapturedLog(Logger.getLogger(logger));
  }

  /** Waits for the next line: just one since the last call, which holds all these texts. */
  void expectOne(String... texts) throws Exception {
    Eventually.holds("a line with " + List.of(texts), () -> lines.size() > seen);
    assertThat(lines.subList(seen, lines.size())).hasSize(1);
    assertThat(lines.get(seen)).contains(texts);
    seen++;
  }

  List<String> all() {
    return List.copyOf(lines);
  }

  @Override
  public void publish(LogRecord record) {
    if (isLoggable(record)) {
      lines.add(new SimpleFormatter().formatMessage(record));
    }
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    logger.removeHandler(this);
  }
}
