package io.github.dsqljava.spi.pool;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** What pools log until this is closed, which then does not reach the console. */
final class CapturedLog extends Handler implements AutoCloseable {

  private final Logger logger = Logger.getLogger(AsyncPool.class.getPackageName());
  private final List<LogRecord> records = new CopyOnWriteArrayList<>();

  CapturedLog() {
    logger.addHandler(this);
    logger.setUseParentHandlers(false);
  }

  /** The messages of the exceptions that were logged. */
  List<String> failures() {
    return records.stream()
        .filter(record -> record.getThrown() != null)
        .map(record -> record.getThrown().getMessage())
        .toList();
  }

  /** What was logged without an exception. */
  List<String> lines() {
    return records.stream()
        .filter(record -> record.getThrown() == null)
        .map(LogRecord::getMessage)
        .toList();
  }

  @Override
  public void publish(LogRecord record) {
    records.add(record);
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    logger.removeHandler(this);
    logger.setUseParentHandlers(true);
  }
}
