package io.github.dsqljava.local.frontend;

import io.netty.util.internal.logging.AbstractInternalLogger;
import io.netty.util.internal.logging.FormattingTuple;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.MessageFormatter;
import java.lang.System.Logger.Level;

/**
 * Sends the log of the Netty that dsql-local carries to the JDK's {@link System.Logger}. By
 * default, Netty takes the first logging framework that it finds on the class path, even one that
 * is not configured.
 */
public final class NettyLog extends AbstractInternalLogger {
  private static final long serialVersionUID = 1;

  private final transient System.Logger log;

  private NettyLog(String name) {
    super(name);
    this.log = System.getLogger(name);
  }

  /**
   * Takes over the log of the Netty that dsql-local carries. Does nothing where the classes of
   * dsql-local run on somebody else's Netty, in the build of this project: its log is not ours.
   */
  public static void takeOver() {
    if (InternalLoggerFactory.class.getName().startsWith("io.github.dsqljava.local.")) {
      InternalLoggerFactory.setDefaultFactory(new Factory());
    }
  }

  private static final class Factory extends InternalLoggerFactory {
    @Override
    protected InternalLogger newInstance(String name) {
      return new NettyLog(name);
    }
  }

  private void write(Level level, String format, Object... arguments) {
    if (log.isLoggable(level)) {
      FormattingTuple message = MessageFormatter.arrayFormat(format, arguments);
      log.log(level, message.getMessage(), message.getThrowable());
    }
  }

  @Override
  public boolean isTraceEnabled() {
    return log.isLoggable(Level.TRACE);
  }

  @Override
  public void trace(String message) {
    log.log(Level.TRACE, message);
  }

  @Override
  public void trace(String format, Object argument) {
    write(Level.TRACE, format, argument);
  }

  @Override
  public void trace(String format, Object first, Object second) {
    write(Level.TRACE, format, first, second);
  }

  @Override
  public void trace(String format, Object... arguments) {
    write(Level.TRACE, format, arguments);
  }

  @Override
  public void trace(String message, Throwable failure) {
    log.log(Level.TRACE, message, failure);
  }

  @Override
  public boolean isDebugEnabled() {
    return log.isLoggable(Level.DEBUG);
  }

  @Override
  public void debug(String message) {
    log.log(Level.DEBUG, message);
  }

  @Override
  public void debug(String format, Object argument) {
    write(Level.DEBUG, format, argument);
  }

  @Override
  public void debug(String format, Object first, Object second) {
    write(Level.DEBUG, format, first, second);
  }

  @Override
  public void debug(String format, Object... arguments) {
    write(Level.DEBUG, format, arguments);
  }

  @Override
  public void debug(String message, Throwable failure) {
    log.log(Level.DEBUG, message, failure);
  }

  @Override
  public boolean isInfoEnabled() {
    return log.isLoggable(Level.INFO);
  }

  @Override
  public void info(String message) {
    log.log(Level.INFO, message);
  }

  @Override
  public void info(String format, Object argument) {
    write(Level.INFO, format, argument);
  }

  @Override
  public void info(String format, Object first, Object second) {
    write(Level.INFO, format, first, second);
  }

  @Override
  public void info(String format, Object... arguments) {
    write(Level.INFO, format, arguments);
  }

  @Override
  public void info(String message, Throwable failure) {
    log.log(Level.INFO, message, failure);
  }

  @Override
  public boolean isWarnEnabled() {
    return log.isLoggable(Level.WARNING);
  }

  @Override
  public void warn(String message) {
    log.log(Level.WARNING, message);
  }

  @Override
  public void warn(String format, Object argument) {
    write(Level.WARNING, format, argument);
  }

  @Override
  public void warn(String format, Object first, Object second) {
    write(Level.WARNING, format, first, second);
  }

  @Override
  public void warn(String format, Object... arguments) {
    write(Level.WARNING, format, arguments);
  }

  @Override
  public void warn(String message, Throwable failure) {
    log.log(Level.WARNING, message, failure);
  }

  @Override
  public boolean isErrorEnabled() {
    return log.isLoggable(Level.ERROR);
  }

  @Override
  public void error(String message) {
    log.log(Level.ERROR, message);
  }

  @Override
  public void error(String format, Object argument) {
    write(Level.ERROR, format, argument);
  }

  @Override
  public void error(String format, Object first, Object second) {
    write(Level.ERROR, format, first, second);
  }

  @Override
  public void error(String format, Object... arguments) {
    write(Level.ERROR, format, arguments);
  }

  @Override
  public void error(String message, Throwable failure) {
    log.log(Level.ERROR, message, failure);
  }
}
