package io.github.dsqljava.local.session;

import io.github.dsqljava.local.wire.ErrorMessage;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A step that the client did not ask for and does not see. */
final class OwnExchange implements Exchange {
  /**
   * What came of it.
   *
   * @param row the last row, as text; empty if there was none
   * @param status transaction status of ReadyForQuery
   */
  record Answer(List<String> row, @Nullable ErrorMessage error, byte status) {
    String sqlState() {
      return error == null ? "" : error.sqlState();
    }
  }

  private final Consumer<Answer> continuation;
  private final Consumer<ByteBuf> toClient;
  private List<String> row = List.of();
  private @Nullable ErrorMessage error;

  OwnExchange(Consumer<Answer> continuation, Consumer<ByteBuf> toClient) {
    this.continuation = continuation;
    this.toClient = toClient;
  }

  @Override
  public boolean wantsAll() {
    return true;
  }

  @Override
  public void message(byte type, ByteBuf message) {
    switch (type) {
      case 'S', 'A' -> {
        toClient.accept(message); // a setting that changed, a notification
        return;
      }
      case 'E' -> {
        ErrorMessage decoded = ErrorMessage.decode(message);
        if (decoded.field('V').equals("FATAL")) {
          toClient.accept(message);
          return;
        }
        error = decoded;
      }
      case 'D' -> row = columns(message);
      default -> {}
    }
    message.release();
  }

  private static List<String> columns(ByteBuf message) {
    ByteBuf body = message.slice(message.readerIndex() + 5, message.readableBytes() - 5);
    int count = body.readUnsignedShort();
    List<String> columns = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      int length = body.readInt();
      columns.add(
          length < 0 ? "" : body.readCharSequence(length, StandardCharsets.ISO_8859_1).toString());
    }
    return columns;
  }

  @Override
  public void bytes(ByteBuf run) {
    run.release();
  }

  @Override
  public void ready(byte status, ByteBuf message) {
    message.release();
    continuation.accept(new Answer(row, error, status));
  }

  @Override
  public void abandon() {}
}
